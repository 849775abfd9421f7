using System.Globalization;
using System.Security.Cryptography;

namespace OptOut.Local.Walkthrough;

/// <summary>A fictional person. Each has new identifiers, so that the walkthrough can run again over the same data.</summary>
internal sealed record Person(string Number, string Name, string Email, string Phone, string Home)
{
    public static Person New(string name)
    {
        var number = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        var id = RandomNumberGenerator.GetHexString(10, lowercase: true);
        return new Person(
            $"demo-{id}", name, $"{name.ToLowerInvariant()}.{id}@post.example", $"+32470{number}", $"Kerkstraat {number}, 9000 Gent");
    }

    public string Identifier(string channel) => channel switch
    {
        "email" => Email,
        "post" => Home,
        _ => Phone,
    };
}
