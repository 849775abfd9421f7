using OptOut.Platform.Telemetry;

namespace OptOut.Reconciliation.Report;

internal static class ReportMetrics
{
    /// <summary>Records what a run found. Drift that was not found is not recorded.</summary>
    public static void Reconciled(this OptOutMetrics metrics, ReconciliationReport report)
    {
        foreach (var vendor in report.Vendors)
        {
            metrics.VendorReconciled(vendor.Vendor, vendor.Status.ToString());
            Drift(vendor.Vendor, "vendor-only", vendor.Recorded);
            Drift(vendor.Vendor, "ours-only", vendor.PushedAgain + vendor.PushesFailed);
        }

        void Drift(string vendor, string direction, int count)
        {
            if (count > 0)
                metrics.DriftFound(vendor, direction, count);
        }
    }
}
