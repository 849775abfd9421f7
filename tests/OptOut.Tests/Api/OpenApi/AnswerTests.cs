using System.Text.Json.Nodes;

namespace OptOut.Tests.Api.OpenApi;

/// <summary>The document describes requests and responses correctly and completely.</summary>
public sealed class AnswerTests(ApiConversation conversation) : IClassFixture<ApiConversation>
{
    [Fact]
    public void Every_example_request_is_accepted()
    {
        Assert.Equal(
            ApiDescription.Operations.Where(o => o.IsApi).Select(o => o.Id).Order(StringComparer.Ordinal),
            conversation.Examples.Select(e => e.Operation.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        ApiDescription.AssertNone(
            conversation.Examples
                .Where(e => e.Answer.Status != 200)
                .Select(e => $"{e.Operation.Id}, {e.What}: {e.Answer.Status} {e.Answer.Body}"));
    }

    [Fact]
    public void Every_response_matches_its_description() => ApiDescription.AssertNone(conversation.All.SelectMany(e => e.Problems()));

    [Fact]
    public void Every_described_status_is_returned()
    {
        var returned = conversation.All.Select(e => $"{e.Operation.Id} {e.Answer.Status}");

        ApiDescription.AssertNone(
            ApiDescription.Operations.SelectMany(o => o.Statuses.Select(s => $"{o.Id} {s}")).Except(returned, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_described_property_is_returned()
    {
        var answers = conversation.All.Where(e => e.Json is not null).ToLookup(e => (e.Operation.Id, e.Answer.Status));
        var missing = from answer in answers
                      from described in Described(Schema(answer.First())).Except(
                          answer.SelectMany(e => Returned(e.Json)), StringComparer.Ordinal)
                      select $"{answer.Key.Id} {answer.Key.Status} {described}";

        ApiDescription.AssertNone(missing);
    }

    [Theory]
    [InlineData("Check", "CheckReason", "reason")]
    [InlineData("Health", "HealthAnswer/properties/status", "status")]
    [InlineData("Health", "HealthAnswer/properties/tables", "tables")]
    [InlineData("Health", "HealthAnswer/properties/bus", "bus")]
    public void Every_value_of_an_enumeration_in_a_response_is_returned(string operation, string schema, string property)
    {
        var returned = conversation.All
            .Where(e => e.Operation.Id == operation)
            .Select(e => e.Json?[property]?.GetValue<string>())
            .OfType<string>()
            .Distinct(StringComparer.Ordinal);

        Assert.Equal(
            ApiDescription.Target($"#/components/schemas/{schema}/enum")!
                .AsArray()
                .Select(v => v!.GetValue<string>())
                .Order(StringComparer.Ordinal),
            returned.Order(StringComparer.Ordinal));
    }

    private static JsonNode Schema(Exchange exchange) =>
        exchange.Operation
            .Response(exchange.Answer.Status)!["content"]!
            .AsObject()
            .First(c => c.Key.EndsWith("json", StringComparison.Ordinal)).Value!["schema"]!;

    private static IEnumerable<string> Described(JsonNode? schema, string at = "")
    {
        if (schema is null)
            return [];
        var resolved = ApiDescription.Resolve(schema);
        return (resolved["properties"]?.AsObject() ?? [])
            .SelectMany(p => Described(p.Value, $"{at}/{p.Key}").Prepend($"{at}/{p.Key}"))
            .Concat(Described(resolved["items"], $"{at}/*"));
    }

    private static IEnumerable<string> Returned(JsonNode? value, string at = "") => value switch
    {
        JsonObject o => o.SelectMany(p => Returned(p.Value, $"{at}/{p.Key}").Prepend($"{at}/{p.Key}")),
        JsonArray a => a.SelectMany(item => Returned(item, $"{at}/*")),
        _ => [],
    };
}
