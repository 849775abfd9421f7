using Microsoft.AspNetCore.Http;
using OptOut.Company;
using OptOut.Links;
using OptOut.Platform.Http;

namespace OptOut.Api.ReadyTexts;

/// <summary>
/// <c>GET /api/texts/{language}</c>: the texts that offer the opt-out, for the people who write the controller's messages, leaflets and
/// scripts. With <c>?printed_code=ABCDE-FGHJK</c> the leaflet's code, link and picture are filled in.
/// </summary>
internal sealed class ReadyTextsEndpoint(ReadyTextWriter writer)
{
    // Not "code": from that parameter the Functions host reads a key.
    private const string PrintedCodeField = "printed_code", KeyField = "code";

    public IResult Get(HttpRequest request, string language)
    {
        var errors = new List<(string, string)>();
        var found = Language.Find(language);
        if (found is null)
            errors.Add(("language", "Not one of our languages. Give nl, fr, de or en."));
        if (request.Query.Keys.FirstOrDefault(k => k is not (PrintedCodeField or KeyField)) is { } unknown)
            errors.Add((unknown, $"Not a parameter of this call. It accepts only {PrintedCodeField}."));
        PrintedCode? printed = null;
        if (request.Query[PrintedCodeField].ToString() is { Length: > 0 } text)
        {
            if (PrintedCode.TryParse(text, out var code))
            {
                printed = code;
            }
            else
            {
                errors.Add((
                    PrintedCodeField,
                    "Not a complete code, or one of its characters is wrong. Give one that POST "
                        + "/api/codes returned, or leave it out for placeholders."));
            }
        }

        return errors.Count > 0
            ? ApiProblems.Invalid(errors)
            : Results.Json(writer.Write(found!, printed), ReadyTextJson.Legible.ReadyTextSet);
    }
}
