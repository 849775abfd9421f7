using OptOut.Consent;

namespace OptOut.Records.SuppressionFiles;

/// <summary>
/// A vendor that takes files: every night it finds everybody who stopped something on its channel under <c>suppressions/{vendor}/</c>.
/// Registering one is the whole of it: <c>services.AddSingleton(new SuppressionFile(Name, Channel.Phone))</c>.
/// </summary>
/// <param name="Vendor">As <see cref="Vendors.IVendor.Name"/>: 1 to 32 of <c>a-z 0-9 -</c>. The folder its files stand in.</param>
/// <param name="Channel">Whose Stops the files hold.</param>
internal sealed record SuppressionFile(string Vendor, Channel Channel);
