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

/// <summary>The document itself: whole, of its standard, and of the endpoints there are.</summary>
public sealed class DocumentTests(AzuriteFixture azurite)
{
    // Which methods are in the document is what the attributes say; a function of one method gives the operation its name, else its GET has the bare name.
    [Fact]
    public void Every_http_function_is_described_by_its_name_and_key_and_nothing_else_is()
    {
        var declared = DeclaredFunctions.With<HttpTriggerAttribute>().SelectMany(f => f.Trigger.Methods!.Select(method =>
            $"{method} /{f.Trigger.Route} {(f.Trigger.Methods!.Length == 1 || method == "get" ? f.Name : $"{f.Name}_{method}")} {f.Trigger.AuthLevel switch
            {
                AuthorizationLevel.Anonymous => "[]",
                AuthorizationLevel.Function => """[{"functionKey":[]}]""",
                _ => "not described",
            }}"));

        Assert.Equal(
            declared.Order(StringComparer.Ordinal),
            ApiDescription.Operations.Select(o => $"{o.Method} {o.Path} {o.Id} {o.Json["security"]!.ToJsonString()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void It_is_a_document_of_OpenAPI_3_1_without_an_error_or_a_warning()
    {
        var read = OpenApiDocument.Parse(ApiDescription.Text, "json", new OpenApiReaderSettings { RuleSet = Microsoft.OpenApi.ValidationRuleSet.GetDefaultRuleSet() });

        ApiDescription.AssertNone(read.Diagnostic!.Errors.Select(e => $"{e.Pointer} {e.Message}"));
        ApiDescription.AssertNone(read.Diagnostic.Warnings.Select(e => $"{e.Pointer} {e.Message}"));
        Assert.Equal(Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.Equal(ApiDescription.Root["paths"]!.AsObject().Count, read.Document!.Paths.Count);
    }

    [Fact]
    public void No_name_stands_twice_in_one_object()
    {
        using var written = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream("OptOut.OpenApi.openapi.json")!;
        Assert.NotNull(JsonNode.Parse(written, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }));
    }

    [Fact]
    public void Every_reference_leads_somewhere_and_every_component_is_used()
    {
        var references = ApiDescription.Objects(ApiDescription.Root).Select(o => o["$ref"]).OfType<JsonValue>().Select(r => r.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        var components = from kind in ApiDescription.Root["components"]!.AsObject()
                         where kind.Key != "securitySchemes"
                         from component in kind.Value!.AsObject()
                         select $"#/components/{kind.Key}/{component.Key}";

        ApiDescription.AssertNone(references.Where(r => ApiDescription.Target(r) is null));
        ApiDescription.AssertNone(components.Except(references, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_operation_is_told_in_a_line_and_in_full_and_has_a_tag_that_is_explained()
    {
        var tags = ApiDescription.Root["tags"]!.AsArray().Select(t => t!["name"]!.GetValue<string>()).ToList();

        Assert.All(ApiDescription.Operations, o =>
        {
            Assert.InRange(o.Json["summary"]!.GetValue<string>().Length, 1, 100);
            Assert.NotEmpty(o.Json["description"]!.GetValue<string>());
            Assert.Contains(Assert.Single(o.Json["tags"]!.AsArray())!.GetValue<string>(), tags);
            Assert.Equal(Templates(o.Path), o.Parameters.Where(p => p["in"]!.GetValue<string>() == "path").Select(p => p["name"]!.GetValue<string>()));
        });
    }

    [Fact]
    public void Every_body_has_an_example_and_every_example_is_as_its_schema_has_it()
    {
        var problems = new List<string>();
        foreach (var operation in ApiDescription.Operations)
        {
            var contents = operation.Statuses.Select(s => operation.Response(s)!["content"]).Append(operation.BodyContent).OfType<JsonObject>().SelectMany(c => c);
            foreach (var (type, content) in contents.Where(c => c.Key != "image/png"))
            {
                var examples = content!["examples"]?.AsObject() ?? [];
                if (examples.Count == 0)
                    problems.Add($"{operation.Id} {type}: no example");
                problems.AddRange(examples.SelectMany(e => ApiDescription.Problems(content["schema"]!, ApiDescription.Resolve(e.Value!)["value"]).Select(p => $"{operation.Id} {type} '{e.Key}': {p}")));
            }

            foreach (var parameter in operation.Parameters)
            {
                var values = (parameter["examples"]?.AsObject().Select(e => e.Value!["value"]) ?? []).Append(parameter["example"]).OfType<JsonNode>();
                problems.AddRange(values.SelectMany(v => ApiDescription.Problems(parameter["schema"]!, v)).Select(p => $"{operation.Id} {parameter["name"]}: {p}"));
            }
        }

        ApiDescription.AssertNone(problems);
    }

    // A form may hold whatever else a browser or a vendor sends; what the API takes and answers is all there is.
    [Fact]
    public void What_the_api_takes_and_answers_is_described_to_the_last_property()
    {
        string[] forms = ["LinkForm", "StepForm", "PublicForm", "CodeForm"];
        var open = from schema in ApiDescription.Root["components"]!["schemas"]!.AsObject()
                   where !forms.Contains(schema.Key, StringComparer.Ordinal)
                   from described in ApiDescription.Objects(schema.Value)
                   where described["properties"] is JsonObject && described["type"] is JsonValue && described["additionalProperties"]?.ToJsonString() != "false"
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
              "description": "The latest decision about this identifier, or when it was registered or bounced; null when there is none."
            },
            "register": { "type": "string", "description": "With `register`: its name in the settings." },
            "vendor": { "type": "string", "description": "With `undeliverable`: the vendor to which it bounced." }
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
              "description": "Who gets a letter: a code for each, in this order, the same for the same number. At most 100 with pictures."
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
    public void A_schema_says_what_the_record_says(string name, string schema) =>
        Assert.Equal(JsonNode.Parse(schema), Schema(name), JsonNode.DeepEquals);

    [Fact]
    public void What_is_chosen_from_is_what_the_code_chooses_from()
    {
        AssertNames("Channel", Channels.All.Select(c => c.Name()));
        AssertNames("Language", Language.All.Select(l => l.Code));
        AssertNames("CheckReason", Constants(typeof(CheckReason)));
        AssertNames("Subscription", Topology.Subscriptions.Select(s => s.Name));
        AssertNames("DeadLetterReason", DeadLetterReader.Reasons);
        AssertNames("Step", Constants(typeof(LinkSteps)));
        Assert.All(Channels.All, c => Assert.All((string[])["ByChannel", "ByChannelAndTopic"], s => Assert.Contains(c.Name(), Schema(s)["properties"]!.AsObject().Select(p => p.Key))));

        static IEnumerable<string> Constants(Type type) => type.GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);

        static void AssertNames(string schema, IEnumerable<string> names) =>
            Assert.Equal(names.Order(StringComparer.Ordinal), Schema(schema)["enum"]!.AsArray().Select(v => v!.GetValue<string>()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Limits_are_those_of_the_code()
    {
        Assert.Equal(uint.MaxValue, Schema("Campaign")["maximum"]!.GetValue<uint>());
        Assert.Equal($"^[A-Za-z0-9_-]{{{LinkKeyRing.TokenLength}}}$", Schema("Token")["pattern"]!.GetValue<string>());
        Assert.Equal($"^[0-7][0-9A-HJKMNP-TV-Z]{{{SubjectKey.Length - 1}}}$", Schema("SubjectKey")["pattern"]!.GetValue<string>());
        Assert.Equal(CheckEndpoint.IdentifierHeader, ApiDescription.Operation("Check").Parameters.Single(p => p["in"]!.GetValue<string>() == "header")["name"]!.GetValue<string>());
        Assert.Contains($"{ApiBody.MaxBytes:N0} bytes", ApiDescription.Root["info"]!["description"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_endpoints_of_vendors_are_those_there_are()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: OptOutHost.AllVendors);
        var described = ApiDescription.Operation("VendorWebhook").Json["description"]!.GetValue<string>().Split('`').Where(t => t.StartsWith("/webhooks/", StringComparison.Ordinal)).Select(t => t["/webhooks/".Length..]);

        Assert.Equal(
            host.Services<IVendorWebhook>().Select(d => d.Path.StartsWith("generic/", StringComparison.Ordinal) ? "generic/{vendor}" : d.Path).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_is_served_with_the_controllers_own_address_and_otherwise_as_it_is()
    {
        await using var host = await OptOutHost.StartAsync(azurite, settings: new Dictionary<string, string?> { ["OptOut:Links:BaseUrl"] = "https://mail.kruidtuin.example/optout/" });

        var served = await host.SendAsync("GET", "/api/openapi.json", key: OptOutHost.FunctionKey);
        var expected = ApiDescription.Root.DeepClone();
        expected["servers"]![0]!["url"] = "https://mail.kruidtuin.example/optout";

        Assert.Equal((200, "application/json"), (served.Status, served.Headers["Content-Type"]));
        Assert.True(JsonNode.DeepEquals(expected, served.Json));
        Assert.Contains("\"Asked too often (RFC 6585 section 4). Nothing was recorded; the page says when to try again.\"", served.Body, StringComparison.Ordinal);
        Assert.Contains("<mailto:", served.Body, StringComparison.Ordinal);
        Assert.Equal((304, ""), await AgainAsync(served.Headers["ETag"]));
        Assert.Equal((304, ""), await AgainAsync($"\"other\", W/{served.Headers["ETag"]}"));
        Assert.Equal((304, ""), await AgainAsync("*"));
        Assert.Equal((200, served.Body), await AgainAsync("\"other\""));

        async Task<(int, string)> AgainAsync(string known)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/openapi.json") { Headers = { { "x-functions-key", OptOutHost.FunctionKey }, { "If-None-Match", known } } };
            var answer = await host.SendAsync(request);
            Assert.Equal((served.Headers["ETag"], "no-cache"), (answer.Headers["ETag"], answer.Headers["Cache-Control"]));
            return (answer.Status, answer.Body);
        }
    }

    private static JsonNode Schema(string name) => ApiDescription.Target($"#/components/schemas/{name}")!;

    private static IEnumerable<string> Templates(string path) => path.Split('/').Where(s => s.StartsWith('{')).Select(s => s.Trim('{', '}'));
}
