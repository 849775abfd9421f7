using OptOut.Fuzz.Engine;
using OptOut.Fuzz.Product;

namespace OptOut.Fuzz.Targets.Http;

/// <summary>A function for the controller's systems: without a key it changes nothing.</summary>
internal abstract class ApiTarget(string function, params string[] code) : RequestTarget(function)
{
    public override IReadOnlyList<string> Code => ["OptOut.Platform.Http", .. code];

    protected override void Verify(RawRequest request, int status, byte[] body, int published) =>
        BrokenPropertyException.ThrowUnless(
            published == 0 || !request.Path.StartsWith("/api/", StringComparison.OrdinalIgnoreCase)
                || request.Headers.Any(h => h.Value is ProductInMemory.FunctionKey or "master")
                || request.Query.Contains("code=", StringComparison.OrdinalIgnoreCase),
            "Something is recorded without a key.");
}

internal sealed class PutSubjectTarget() : ApiTarget("PutSubject", "OptOut.Api.Subject", "OptOut.Identity.CustomerNumber")
{
    public override (long Fixed, int PerByte) Memory => (2 * 1024 * 1024, 4000); // As for a postal address, and there may be many.
}

internal sealed class PostLinkTarget() : ApiTarget("PostLink", "OptOut.Api.Link");

internal sealed class CheckTarget() : ApiTarget("Check", "OptOut.Api.Check");

internal sealed class GetSubjectProofTarget() : ApiTarget("GetSubjectProof", "OptOut.Api.Proof", "OptOut.Identity.CustomerNumber");

internal sealed class PostOptOutTarget() : ApiTarget("PostOptOut", "OptOut.Api.PhoneAgents");

internal sealed class HealthTarget() : ApiTarget("Health", "OptOut.Api.Health");

internal sealed class GetDeadLettersTarget() : ApiTarget("GetDeadLetters", "OptOut.Api.DeadLetters");

internal sealed class ReplayDeadLettersTarget() : ApiTarget("ReplayDeadLetters", "OptOut.Api.DeadLetters", "OptOut.Delivery.DeadLetter");

internal sealed class OpenApiTarget() : ApiTarget("OpenApi", "OptOut.Api.OpenApi.OpenApiEndpoint");

internal sealed class GetSubjectPreferencesTarget() : ApiTarget("GetSubjectPreferences", "OptOut.Api.Portal");

internal sealed class PutSubjectPreferencesTarget() : ApiTarget("PutSubjectPreferences", "OptOut.Api.Portal");

internal sealed class ReadyTextsTarget() : ApiTarget("ReadyTexts", "OptOut.Api.ReadyTexts.ReadyTextsEndpoint", "OptOut.Links.PrintedCode");

internal sealed class PostCodesTarget() : ApiTarget("PostCodes", "OptOut.Api.Codes");

/// <summary>What anyone may post to a webhook: nothing of it is signed. The webhooks' own targets sign.</summary>
internal sealed class VendorWebhookTarget() : RequestTarget("VendorWebhook")
{
    public override IReadOnlyList<string> Code => ["OptOut.Vendors.StandardWebhooks", "OptOut.Vendors.SendGrid.SendGridSignature"];

    protected override void Verify(RawRequest request, int status, byte[] body, int published) =>
        BrokenPropertyException.ThrowUnless(published == 0, "Something is recorded for a webhook that nobody signed.");
}
