using Microsoft.AspNetCore.Http;
using OptOut.Http;
using OptOut.Texts;

namespace OptOut.ReadyTexts;

/// <summary><c>GET /api/texts/{language}</c>: the texts that offer the way out, for whoever writes the controller's messages, leaflets and scripts.</summary>
public sealed class ReadyTextsDoor(ReadyTextWriter writer)
{
    public IResult Get(string language) => Language.Find(language) is { } found
        ? Results.Json(writer.Write(found), ReadyTextJson.Legible.ReadyTextSet)
        : ApiAnswers.Invalid("language", "Not one of our languages. Give nl, fr, de or en.");
}
