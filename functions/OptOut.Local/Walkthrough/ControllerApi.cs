using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OptOut.Api;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Local.Composition;

namespace OptOut.Local.Walkthrough;

/// <summary>The requests that De Kruidtuin's own systems send to OptOut, over HTTP and with their key.</summary>
internal sealed class ControllerApi(HttpClient http, Uri functions)
{
    public async Task<SubjectKey> RegisterAsync(Person person, string language, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["identifiers"] = new JsonObject
            {
                ["email"] = new JsonArray(person.Email),
                ["phone"] = new JsonArray(person.Phone),
                ["postal"] = new JsonArray(person.Home),
            },
            ["language"] = language,
        };
        var answer = await SendAsync(
            HttpMethod.Put, $"/api/subjects/{person.Number}", LocalKeys.FunctionKey, body, HttpStatusCode.OK, cancellationToken);
        return SubjectKey.Parse(answer!["subject"]!.GetValue<string>());
    }

    public async Task<LinkForms> LinkAsync(Person person, string topic, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["subject"] = person.Number, ["channel"] = "email", ["topic"] = topic, ["campaign"] = 1 };
        var answer = (await SendAsync(HttpMethod.Post, "/api/links", LocalKeys.FunctionKey, body, HttpStatusCode.OK, cancellationToken))!;
        return new LinkForms(
            new Uri(answer["url"]!.GetValue<string>()),
            answer["mailto"]?.GetValue<string>(),
            answer["headers"]!["List-Unsubscribe"]!.GetValue<string>(),
            answer["headers"]!["List-Unsubscribe-Post"]!.GetValue<string>(),
            [.. answer["warnings"]!.AsArray().Select(w => w!.GetValue<string>())]);
    }

    /// <summary>Whether marketing may be sent to this person over this channel.</summary>
    public async Task<bool> MaySendAsync(Person person, string channel, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(functions, $"/api/check?channel={channel}"));
        request.Headers.Add(CheckEndpoint.IdentifierHeader, Uri.EscapeDataString(person.Identifier(channel)));
        return (await SendAsync(request, LocalKeys.FunctionKey, HttpStatusCode.OK, cancellationToken))!["allowed"]!.GetValue<bool>();
    }

    /// <summary>Starts a timer function before it is due, as an operator does.</summary>
    public Task StartAsync(string function, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post,
            $"/admin/functions/{function}",
            LocalKeys.MasterKey,
            new JsonObject(),
            HttpStatusCode.Accepted,
            cancellationToken);

    private async Task<JsonNode?> SendAsync(
        HttpMethod method, string path, string key, JsonObject body, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(functions, path)) { Content = JsonContent.Create(body) };
        return await SendAsync(request, key, expected, cancellationToken);
    }

    private async Task<JsonNode?> SendAsync(
        HttpRequestMessage request, string key, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        request.Headers.Add("x-functions-key", key);
        using var response = await http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        Expect.That(
            response.StatusCode == expected,
            string.Create(CultureInfo.InvariantCulture, $"{(int)expected} from {request.Method} {request.RequestUri!.AbsolutePath}"),
            string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {text}").TrimEnd());
        return text.Length > 0 ? JsonNode.Parse(text) : null;
    }
}
