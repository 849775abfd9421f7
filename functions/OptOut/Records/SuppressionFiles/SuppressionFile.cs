using OptOut.Consent;

namespace OptOut.Records.SuppressionFiles;

/// <summary>
/// A vendor that reads files: every night, everyone who stopped something on its channel is listed under <c>suppressions/{vendor}/</c>.
/// To add one, register it: <c>services.AddSingleton(new SuppressionFile(Name, Channel.Phone))</c>.
/// </summary>
/// <param name="Vendor">As <see cref="Vendors.IVendor.Name"/>: 1 to 32 of <c>a-z 0-9 -</c>. Also the folder of its files.</param>
/// <param name="Channel">The channel whose Stops the files list.</param>
internal sealed record SuppressionFile(string Vendor, Channel Channel);
