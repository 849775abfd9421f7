using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OptOut.Api.Codes;
using OptOut.Api.PhoneAgents;
using OptOut.Api.Portal;
using OptOut.Api.ReadyTexts;
using OptOut.Evidence;
using OptOut.Platform.Http;

namespace OptOut.Api.OpenApi;

/// <summary>
/// The schemas of the API's requests and responses, generated from the records that are read and written. Each record and each enumeration
/// is a component of its own, named after its type; attributes on their properties add what a type cannot express.
/// </summary>
internal static class RecordSchemas
{
    // All properties of a request are nullable, so that one response can list every invalid one. [Required] marks those that must be given.
    private static readonly JsonTypeInfo[] Requests =
    [
        SubjectJson.Default.SubjectRequest, PreferencesRequestJson.Default.PreferencesRequest, LinkJson.Default.LinkRequest,
        OptOutRequestJson.Default.OptOutRequest, CodesJson.Default.CodesRequest, DeadLettersJson.Default.ReplayRequest,
    ];

    private static readonly JsonTypeInfo[] Answers =
    [
        SubjectJson.Default.SubjectAnswer, ProofJson.Readable.Proof, LinkJson.Default.LinkAnswer, CheckJson.Default.CheckAnswer,
        PreferencesAnswerJson.Default.PreferencesAnswer, PreferencesAnswerJson.Default.PreferencesRecorded,
        PreferencesAnswerJson.Default.PreferencesAccepted, OptOutAnswerJson.Default.OptOutAnswer, CodesJson.Default.CodesAnswer,
        ReadyTextJson.Legible.ReadyTextSet, DeadLettersJson.Default.DeadLettersAnswer, DeadLettersJson.Default.ReplayAnswer,
        HealthJson.Default.HealthAnswer, ReceiptJson.Readable.Receipt,
    ];

    /// <exception cref="ArgumentException">The document already has a schema of the same name, written by hand.</exception>
    public static void AddTo(JsonObject handWritten)
    {
        var schemas = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var request in Requests)
            Export(request, isRequest: true, schemas);
        foreach (var answer in Answers)
            Export(answer, isRequest: false, schemas);
        foreach (var (name, schema) in schemas)
            handWritten.Add(name, schema);
    }

    private static void Export(JsonTypeInfo root, bool isRequest, Dictionary<string, JsonObject> schemas)
    {
        // Numbers are read from strings too, but that is not part of the contract.
        var options = new JsonSerializerOptions(root.Options) { NumberHandling = JsonNumberHandling.Strict };
        options.GetJsonSchemaAsNode(root.Type, new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform });

        JsonNode Transform(JsonSchemaExporterContext context, JsonNode exported)
        {
            var (schema, property) = (exported.AsObject(), context.PropertyInfo);
            var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
            if (context.TypeInfo.Kind == JsonTypeInfoKind.Object || type.IsEnum)
            {
                if (!schemas.ContainsKey(type.Name))
                {
                    schemas.Add(type.Name, type.IsEnum
                        ? WithAttributes(new JsonObject { ["type"] = "string", ["enum"] = schema["enum"]!.DeepClone() }, type)
                        : Record(context.TypeInfo, schema, isRequest));
                }

                schema = Reference(type.Name);
            }

            if (schema["type"] is JsonArray orNull && property is not null && (isRequest || IsOmittedWhenNull(property)))
                schema["type"] = orNull[0]!.DeepClone();
            if (type == typeof(int) || type == typeof(long) || type == typeof(double))
                schema["format"] = type == typeof(int) ? "int32" : type == typeof(long) ? "int64" : "double";
            return property is null ? schema : WithAttributes(schema, property.AttributeProvider!);
        }
    }

    private static JsonObject Record(JsonTypeInfo type, JsonObject exported, bool isRequest)
    {
        var schema = WithAttributes(new JsonObject { ["type"] = "object", ["additionalProperties"] = false }, type.Type);
        var required = type.Properties
            .Where(p => p.Get is not null && (isRequest ? Has<RequiredAttribute>(p) : !IsOmittedWhenNull(p)))
            .ToList();
        if (required.Count > 0)
            schema["required"] = JsonSerializer.SerializeToNode(required.Select(p => p.Name));
        schema["properties"] = exported["properties"]!.DeepClone();
        return schema;
    }

    private static JsonObject WithAttributes(JsonObject schema, ICustomAttributeProvider provider)
    {
        var attributes = provider.GetCustomAttributes(inherit: true);
        var size = schema.ContainsKey("items") ? "Items" : "Length";
        if (attributes.OfType<SchemaRefAttribute>().SingleOrDefault() is { } named)
        {
            if (schema.ContainsKey("items"))
                schema["items"] = Reference(named.Name);
            else
                schema = Reference(named.Name);
        }

        foreach (var attribute in attributes)
        {
            switch (attribute)
            {
                case DataTypeAttribute { DataType: DataType.DateTime }: schema["format"] = "date-time"; break;
                case AllowedValuesAttribute allowed: schema["enum"] = JsonSerializer.SerializeToNode(allowed.Values); break;
                case RegularExpressionAttribute regex: schema["pattern"] = regex.Pattern; break;
                case MinPropertiesAttribute min: schema["minProperties"] = min.Count; break;
                case MinLengthAttribute min: schema[$"min{size}"] = min.Length; break;
                case MaxLengthAttribute max: schema[$"max{size}"] = max.Length; break;
                case LengthAttribute both: (schema[$"min{size}"], schema[$"max{size}"]) = (both.MinimumLength, both.MaximumLength); break;
                case RangeAttribute range:
                    schema["minimum"] = (int)range.Minimum;
                    if (range.Maximum is not int.MaxValue)
                        schema["maximum"] = (int)range.Maximum;
                    break;
                case DefaultValueAttribute defaultValue: schema["default"] = JsonSerializer.SerializeToNode(defaultValue.Value); break;
                case DescriptionAttribute text: schema["description"] = text.Description; break;
            }
        }

        return schema;
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private static bool IsOmittedWhenNull(JsonPropertyInfo property) => property.IsGetNullable
        && (property.Options.DefaultIgnoreCondition == JsonIgnoreCondition.WhenWritingNull || Has<JsonIgnoreAttribute>(property));

    private static bool Has<T>(JsonPropertyInfo property) => property.AttributeProvider!.IsDefined(typeof(T), inherit: true);
}
