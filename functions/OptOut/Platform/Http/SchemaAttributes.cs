namespace OptOut.Platform.Http;

/// <summary>The schema of the property, or of each of its items: one written by hand in <c>OpenApi/openapi.json</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SchemaRefAttribute(string name) : Attribute
{
    public string Name => name;
}

/// <summary>How many of the record's properties must be given.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class MinPropertiesAttribute(int count) : Attribute
{
    public int Count => count;
}
