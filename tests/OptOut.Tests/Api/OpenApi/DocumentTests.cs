using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Microsoft.OpenApi.Reader;
using OptOut.Api;
using OptOut.Api.OpenApi;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Links;
using OptOut.Messaging;
using OptOut.Platform.Http;
using OptOut.Tests.Infrastructure;
using OptOut.Vendors;
using OpenApiDocument = Microsoft.OpenApi.OpenApiDocument;

namespace OptOut.Tests.Api.OpenApi;

/// <summary>The document itself: complete, valid OpenAPI, and in step with the endpoints.</summary>
public sealed class DocumentTests(AzuriteFixture azurite)
{
    // The methods come from the trigger attributes. A function with one method gives the operation its name; otherwise
    // its GET has the bare name.
    [Fact]
    public void Exactly_the_HTTP_functions_are_described_with_their_names_and_keys()
    {
        var declared = DeclaredFunctions.With<HttpTriggerAttribute>().SelectMany(f => f.Trigger.Methods!.Select(method =>
            $"{method} /{f.Trigger.Route} {(f.Trigger.Methods!.Length == 1 || method == "get" ? f.Name : $"{f.Name}_{method}")} "
                + f.Trigger.AuthLevel switch
                {
                    AuthorizationLevel.Anonymous => "[]",
                    AuthorizationLevel.Function => """[{"functionKey":[]}]""",
                    _ => "unknown level",
                }));

        Assert.Equal(
            declared.Order(StringComparer.Ordinal),
            ApiDescription.Operations
                .Select(o => $"{o.Method} {o.Path} {o.Id} {o.Json["security"]!.ToJsonString()}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void It_is_valid_OpenAPI_3_1_without_errors_or_warnings()
    {
        var read = OpenApiDocument.Parse(
            ApiDescription.Text, "json", new OpenApiReaderSettings { RuleSet = Microsoft.OpenApi.ValidationRuleSet.GetDefaultRuleSet() });

        ApiDescription.AssertNone(read.Diagnostic!.Errors.Select(e => $"{e.Pointer} {e.Message}"));
        ApiDescription.AssertNone(read.Diagnostic.Warnings.Select(e => $"{e.Pointer} {e.Message}"));
        Assert.Equal(Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.Equal(ApiDescription.Root["paths"]!.AsObject().Count, read.Document!.Paths.Count);
    }

    [Fact]
    public void No_property_occurs_twice_in_one_object()
    {
        using var written = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream("OptOut.OpenApi.openapi.json")!;
        Assert.NotNull(JsonNode.Parse(written, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }));
    }

    [Fact]
    public void Every_reference_has_a_target_and_every_component_is_used()
    {
        var references = ApiDescription.Objects(ApiDescription.Root)
            .Select(o => o["$ref"])
            .OfType<JsonValue>()
            .Select(r => r.GetValue<string>())
            .ToHashSet(StringComparer.Ordinal);
        var components = from kind in ApiDescription.Root["components"]!.AsObject()
                         where kind.Key != "securitySchemes"
                         from component in kind.Value!.AsObject()
                         select $"#/components/{kind.Key}/{component.Key}";

        ApiDescription.AssertNone(references.Where(r => ApiDescription.Target(r) is null));
        ApiDescription.AssertNone(components.Except(references, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_operation_has_a_summary_a_description_and_a_described_tag()
    {
        var tags = ApiDescription.Root["tags"]!.AsArray().Select(t => t!["name"]!.GetValue<string>()).ToList();

        Assert.All(ApiDescription.Operations, o =>
        {
            Assert.InRange(o.Json["summary"]!.GetValue<string>().Length, 1, 100);
            Assert.NotEmpty(o.Json["description"]!.GetValue<string>());
            Assert.Contains(Assert.Single(o.Json["tags"]!.AsArray())!.GetValue<string>(), tags);
            Assert.Equal(
                Templates(o.Path),
                o.Parameters.Where(p => p["in"]!.GetValue<string>() == "path").Select(p => p["name"]!.GetValue<string>()));
        });
    }

    [Fact]
    public void Every_body_has_an_example_and_every_example_matches_its_schema()
    {
        var problems = new List<string>();
        foreach (var operation in ApiDescription.Operations)
        {
            var contents = operation.Statuses
                .Select(s => operation.Response(s)!["content"])
                .Append(operation.BodyContent)
                .OfType<JsonObject>()
                .SelectMany(c => c);
            foreach (var (type, content) in contents.Where(c => c.Key != "image/png"))
            {
                var examples = content!["examples"]?.AsObject() ?? [];
                if (examples.Count == 0)
                    problems.Add($"{operation.Id} {type}: no example");
                problems.AddRange(examples.SelectMany(
                    e => ApiDescription.Problems(content["schema"]!, ApiDescription.Resolve(e.Value!)["value"])
                        .Select(p => $"{operation.Id} {type} '{e.Key}': {p}")));
            }

            foreach (var parameter in operation.Parameters)
            {
                var values = (parameter["examples"]?.AsObject().Select(e => e.Value!["value"]) ?? [])
                    .Append(parameter["example"])
                    .OfType<JsonNode>();
                problems.AddRange(
                    values
                        .SelectMany(v => ApiDescription.Problems(parameter["schema"]!, v))
                        .Select(p => $"{operation.Id} {parameter["name"]}: {p}"));
            }
        }

        ApiDescription.AssertNone(problems);
    }

    // A form may have other fields that a browser or vendor sends. The bodies of the API have no others.
    [Fact]
    public void Every_property_of_API_bodies_is_described()
    {
        string[] forms = ["LinkForm", "StepForm", "PublicForm", "CodeForm", "PaperForm"];
        var open = from schema in ApiDescription.Root["components"]!["schemas"]!.AsObject()
                   where !forms.Contains(schema.Key, StringComparer.Ordinal)
                   from described in ApiDescription.Objects(schema.Value)
                   where described["properties"] is JsonObject
                       && described["type"] is JsonValue
                       && described["additionalProperties"]?.ToJsonString() != "false"
                   select schema.Key;

        ApiDescription.AssertNone(open);
    }

    [Theory]
    [InlineData("CheckAnswer", """
        {
          "type": "object",
          "additionalProperties": false,
          "required": ["allowed", "reason", "since"],
          "properties": {
            "allowed": { "type": "boolean" },
            "reason": { "$ref": "#/components/schemas/CheckReason" },
            "since": {
              "type": ["string", "null"], "format": "date-time",
              "description": "The time of the latest decision about this identifier, or of its registration or bounce; null when there is none."
            },
            "register": { "type": "string", "description": "For `register`: the name of the register in the settings." },
            "vendor": { "type": "string", "description": "For `undeliverable`: the vendor that reported the bounce." }
          }
        }
        """)]
    [InlineData("CodesRequest", """
        {
          "type": "object",
          "additionalProperties": false,
          "description": "`subjects` or `count`, one of the two.",
          "properties": {
            "subjects": {
              "type": "array", "minItems": 1, "maxItems": 1000, "items": { "$ref": "#/components/schemas/CustomerNumber" },
              "description": "The people who get a letter: a code for each, in this order; the same number gives the same code. At most 100 with pictures."
            },
            "count": {
              "type": "integer", "format": "int32", "minimum": 1, "maximum": 1000,
              "description": "How many codes for leaflets addressed to nobody. At most 100 with pictures."
            },
            "channel": { "$ref": "#/components/schemas/Channel", "default": "post" },
            "topic": { "$ref": "#/components/schemas/Topic" },
            "campaign": { "$ref": "#/components/schemas/Campaign" },
            "qr": { "type": "string", "enum": ["none", "svg", "png"], "default": "none" }
          }
        }
        """)]
    public void A_schema_matches_its_record(string name, string schema) =>
        Assert.Equal(JsonNode.Parse(schema), Schema(name), JsonNode.DeepEquals);

    [Fact]
    public void Enumerations_have_the_values_of_the_code()
    {
        AssertNames("Channel", Channels.All.Select(c => c.Name()));
        AssertNames("Language", Language.All.Select(l => l.Code));
        AssertNames("CheckReason", Constants(typeof(CheckReason)));
        AssertNames("Subscription", Topology.Subscriptions.Select(s => s.Name));
        AssertNames("DeadLetterReason", DeadLetterReader.Reasons);
        AssertNames("Step", Constants(typeof(LinkPages)));
        Assert.All(
            Channels.All,
            c => Assert.All(
                (string[])["ByChannel", "ByChannelAndTopic"],
                s => Assert.Contains(c.Name(), Schema(s)["properties"]!.AsObject().Select(p => p.Key))));

        static IEnumerable<string> Constants(Type type) =>
            type.GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);

        static void AssertNames(string schema, IEnumerable<string> names) =>
            Assert.Equal(
                names.Order(StringComparer.Ordinal),
                Schema(schema)["enum"]!.AsArray().Select(v => v!.GetValue<string>()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Limits_equal_those_in_the_code()
    {
        Assert.Equal(uint.MaxValue, Schema("Campaign")["maximum"]!.GetValue<uint>());
        Assert.Equal($"^[A-Za-z0-9_-]{{{LinkKeyRing.TokenLength}}}$", Schema("Token")["pattern"]!.GetValue<string>());
        Assert.Equal($"^[0-7][0-9A-HJKMNP-TV-Z]{{{SubjectKey.Length - 1}}}$", Schema("SubjectKey")["pattern"]!.GetValue<string>());
        Assert.Equal(
            CheckEndpoint.IdentifierHeader,
            ApiDescription.Operation("Check").Parameters.Single(p => p["in"]!.GetValue<string>() == "header")["name"]!.GetValue<string>());
        Assert.Contains(
            $"{ApiBody.MaxBytes:N0} bytes", ApiDescription.Root["info"]!["description"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exactly_the_existing_vendor_webhooks_are_described()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: OptOutHost.AllVendors);
        var described = ApiDescription.Operation("VendorWebhook")
            .Json["description"]!.GetValue<string>()
            .Split('`')
            .Where(t => t.StartsWith("/webhooks/", StringComparison.Ordinal))
            .Select(t => t["/webhooks/".Length..]);

        Assert.Equal(
            host.Services<IVendorWebhook>()
                .Select(d => d.Path.StartsWith("generic/", StringComparison.Ordinal) ? "generic/{vendor}" : d.Path)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
            described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_is_served_unchanged_except_for_the_controllers_own_address()
    {
        await using var host = await OptOutHost.StartAsync(
            azurite, settings: new Dictionary<string, string?> { ["OptOut:Links:BaseUrl"] = "https://mail.kruidtuin.example/optout/" });

        var served = await host.SendAsync("GET", "/api/openapi.json", key: OptOutHost.FunctionKey);
        var expected = ApiDescription.Root.DeepClone();
        expected["servers"]![0]!["url"] = "https://mail.kruidtuin.example/optout";

        Assert.Equal((200, "application/json"), (served.Status, served.Headers["Content-Type"]));
        Assert.True(JsonNode.DeepEquals(expected, served.Json));
        Assert.Contains(
            "\"Too many requests (RFC 6585 section 4). Nothing was recorded; the page says when to try again.\"",
            served.Body,
            StringComparison.Ordinal);
        Assert.Contains("<mailto:", served.Body, StringComparison.Ordinal);
        Assert.Equal((304, ""), await AgainAsync(served.Headers["ETag"]));
        Assert.Equal((304, ""), await AgainAsync($"\"other\", W/{served.Headers["ETag"]}"));
        Assert.Equal((304, ""), await AgainAsync("*"));
        Assert.Equal((200, served.Body), await AgainAsync("\"other\""));

        async Task<(int, string)> AgainAsync(string known)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/openapi.json")
            {
                Headers = { { "x-functions-key", OptOutHost.FunctionKey }, { "If-None-Match", known } },
            };
            var answer = await host.SendAsync(request);
            Assert.Equal((served.Headers["ETag"], "no-cache"), (answer.Headers["ETag"], answer.Headers["Cache-Control"]));
            return (answer.Status, answer.Body);
        }
    }

    private static JsonNode Schema(string name) => ApiDescription.Target($"#/components/schemas/{name}")!;

    private static IEnumerable<string> Templates(string path) =>
        path.Split('/').Where(s => s.StartsWith('{')).Select(s => s.Trim('{', '}'));
}
