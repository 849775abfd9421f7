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
/// The schemas of what the API takes and answers, made from the records that are read and written. Each record and each enumeration is a
/// component of its own, named after its type; attributes of their properties say what a type cannot.
/// </summary>
internal static class RecordSchemas
{
    // All properties of a request are nullable, so that one answer can name every wrong one: [Required] says which must be given.
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

    /// <exception cref="ArgumentException">One of them is written by hand as well.</exception>
    public static void AddTo(JsonObject written)
    {
        var schemas = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var request in Requests)
            Export(request, isRequest: true, schemas);
        foreach (var answer in Answers)
            Export(answer, isRequest: false, schemas);
        foreach (var (name, schema) in schemas)
            written.Add(name, schema);
    }

    private static void Export(JsonTypeInfo root, bool isRequest, Dictionary<string, JsonObject> schemas)
    {
        // Numbers are read from strings too, but that is no part of the contract.
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
                        ? Described(new JsonObject { ["type"] = "string", ["enum"] = schema["enum"]!.DeepClone() }, type)
                        : Record(context.TypeInfo, schema, isRequest));
                }

                schema = Reference(type.Name);
            }

            if (schema["type"] is JsonArray orNull && property is not null && (isRequest || IsLeftOut(property)))
                schema["type"] = orNull[0]!.DeepClone();
            if (type == typeof(int) || type == typeof(long) || type == typeof(double))
                schema["format"] = type == typeof(int) ? "int32" : type == typeof(long) ? "int64" : "double";
            return property is null ? schema : Described(schema, property.AttributeProvider!);
        }
    }

    private static JsonObject Record(JsonTypeInfo type, JsonObject exported, bool isRequest)
    {
        var schema = Described(new JsonObject { ["type"] = "object", ["additionalProperties"] = false }, type.Type);
        var required = type.Properties.Where(p => p.Get is not null && (isRequest ? Has<RequiredAttribute>(p) : !IsLeftOut(p))).ToList();
        if (required.Count > 0)
            schema["required"] = JsonSerializer.SerializeToNode(required.Select(p => p.Name));
        schema["properties"] = exported["properties"]!.DeepClone();
        return schema;
    }

    private static JsonObject Described(JsonObject schema, ICustomAttributeProvider described)
    {
        var attributes = described.GetCustomAttributes(inherit: true);
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
                case DefaultValueAttribute preset: schema["default"] = JsonSerializer.SerializeToNode(preset.Value); break;
                case DescriptionAttribute text: schema["description"] = text.Description; break;
            }
        }

        return schema;
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private static bool IsLeftOut(JsonPropertyInfo property) => property.IsGetNullable
        && (property.Options.DefaultIgnoreCondition == JsonIgnoreCondition.WhenWritingNull || Has<JsonIgnoreAttribute>(property));

    private static bool Has<T>(JsonPropertyInfo property) => property.AttributeProvider!.IsDefined(typeof(T), inherit: true);
}
