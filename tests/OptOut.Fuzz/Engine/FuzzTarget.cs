namespace OptOut.Fuzz.Engine;

/// <summary>A parser, and what must hold for everything it is given.</summary>
internal abstract class FuzzTarget
{
    /// <summary>Lower case, with hyphens; also the name of the file with its seeds.</summary>
    public abstract string Name { get; }

    /// <summary>The largest input, in bytes: more than the parser accepts, as far as that is not megabytes.</summary>
    public virtual int MaxLength => 4 * 1024;

    /// <summary>The namespaces and types of the parser. The texts and characters in their code are inserted into inputs.</summary>
    public abstract IReadOnlyList<string> Code { get; }

    /// <summary>What a run may allocate: so many bytes, and so many for each byte of the input.</summary>
    public virtual (long Fixed, int PerByte) Memory => (128 * 1024, 200);

    /// <summary>
    /// How much longer a run takes than that of a short text: a target gets so many times fewer inputs. A fixed number, so that the inputs
    /// do not depend on the machine.
    /// </summary>
    public virtual int Cost => 1;

    /// <summary>Inputs to start from, besides those in the file.</summary>
    public virtual IEnumerable<byte[]> Seeds => [];

    /// <summary>Replaces the placeholders of a seed in the file, such as <c>{token}</c>.</summary>
    public virtual string Fill(string seed) => seed;

    /// <exception cref="BrokenPropertyException">Something that must always hold does not.</exception>
    /// <exception cref="Exception">Any other exception is a finding too.</exception>
    public abstract void Run(byte[] input);
}

/// <summary>The parser returned, and what it returned is wrong.</summary>
internal sealed class BrokenPropertyException(string message) : Exception(message)
{
    public static void ThrowUnless(bool holds, string property)
    {
        if (!holds)
            throw new BrokenPropertyException(property);
    }
}
