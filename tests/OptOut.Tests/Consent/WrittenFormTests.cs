using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

/// <summary>The one spelling of subject keys, scopes, topics and derived event ids.</summary>
public sealed class WrittenFormTests
{
    private static readonly Gen<SubjectKey> AnyKey = Gen.Select(Gen.ULong, Gen.ULong, (upper, lower) => new SubjectKey(new UInt128(upper, lower)));

    [Fact]
    public void A_subject_key_is_read_back_from_its_text_and_its_bytes() => AnyKey.Sample(key =>
    {
        Span<byte> bytes = stackalloc byte[SubjectKey.ByteLength];
        key.WriteBytes(bytes);

        Assert.Equal(SubjectKey.Length, key.ToString().Length);
        Assert.Equal(key, SubjectKey.Parse(key.ToString()));
        Assert.Equal(key, SubjectKey.FromBytes(bytes));
    });

    [Fact]
    public void Any_text_that_parses_is_the_text_that_is_written() =>
        Gen.Char["0123456789ABCDEFGHJKMNPQRSTVWXYZIiLlOoUuaz-~ "].Array[SubjectKey.Length].Sample(characters =>
        {
            var text = new string(characters);

            if (SubjectKey.TryParse(text, out var key))
                Assert.Equal(text, key.ToString());
        });

    [Fact]
    public void The_text_of_a_subject_key_sorts_as_its_number_does() =>
        Gen.Select(AnyKey, AnyKey).Sample((a, b) => Assert.Equal(Math.Sign(a.Value.CompareTo(b.Value)), Math.Sign(string.CompareOrdinal(a.ToString(), b.ToString()))));

    [Fact]
    public void Golden_subject_keys()
    {
        Assert.Equal("0024H36H2NCSVRH6DAQF6DVVQZ", Subject.ToString());
        Assert.Equal("00000000000000000000000000", default(SubjectKey).ToString());
        Assert.Equal("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", new SubjectKey(UInt128.MaxValue).ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0024H36H2NCSVRH6DAQF6DVVQ")]
    [InlineData("0024H36H2NCSVRH6DAQF6DVVQZ0")]
    [InlineData("0024h36h2ncsvrh6daqf6dvvqz")]
    [InlineData("OO24H36H2NCSVRH6DAQF6DVVQZ")]
    [InlineData("I024H36H2NCSVRH6DAQF6DVVQZ")]
    [InlineData("0024-36H2NCSVRH6DAQF6DVVQZ")]
    [InlineData("8ZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [InlineData("ZZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    public void Another_spelling_is_no_subject_key(string? text)
    {
        Assert.False(SubjectKey.TryParse(text, out var key));
        Assert.Equal(default, key);
    }

    [Fact]
    public void A_scope_is_read_back_as_it_was_written() => AnyScope.Sample(scope => Assert.Equal(scope, Scope.Parse(scope.ToString())));

    [Theory]
    [InlineData("*,*", null, null)]
    [InlineData("email,*", Channel.Email, null)]
    [InlineData("*,newsletter", null, "newsletter")]
    [InlineData("post,a-1", Channel.Post, "a-1")]
    public void The_forms_of_a_scope(string text, Channel? channel, string? topic)
    {
        Assert.Equal(new Scope(channel, topic is null ? null : Topic.Parse(topic)), Scope.Parse(text));
        Assert.Equal(text, Scope.Parse(text).ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("*")]
    [InlineData(",")]
    [InlineData("*,*,*")]
    [InlineData("Email,*")]
    [InlineData("fax,*")]
    [InlineData("email,")]
    [InlineData("email, newsletter")]
    [InlineData(" *,*")]
    [InlineData("1,*")]
    public void What_is_no_scope_is_refused_with_an_example_of_one(string? text)
    {
        Assert.False(Scope.TryParse(text, out _));
        if (text is not null)
            Assert.EndsWith("write 'channel,topic' with * for all, as in '*,*', 'email,*' or 'email,newsletter'.", Assert.Throws<FormatException>(() => Scope.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("0-9", true)]
    [InlineData("abcdefghijklmnopqrstuvwxyz012345", true)]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456", false)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("A", false)]
    [InlineData("a_b", false)]
    [InlineData("*", false)]
    [InlineData("caf\u00e9", false)]
    [InlineData("\u0661", false)]
    public void A_topic_is_1_to_32_of_lower_case_letters_digits_and_hyphens(string text, bool good) => Assert.Equal(good, Topic.TryParse(text, out _));

    [Fact]
    public void Channels_are_read_back_from_their_names_and_keep_the_numbers_that_stand_in_links()
    {
        Assert.Equal(["email", "sms", "phone", "post"], Channels.All.Select(c => c.Name()));
        Assert.Equal([1, 2, 3, 4], Channels.All.Select(c => (int)c));
        Assert.All(Channels.All, c => Assert.True(Channels.TryParse(c.Name(), out var read) && read == c));
    }

    [Fact]
    public void A_derived_event_id_is_the_same_each_time_and_cannot_be_had_from_other_parts()
    {
        Assert.Equal(new Guid("6f5f6e00-990e-8a6b-9f54-be767f8a0fed"), EventIds.Derive("sendgrid:ev1", "abc"));
        Assert.NotEqual(EventIds.Derive("ab", "c"), EventIds.Derive("a", "bc"));
        Assert.NotEqual(EventIds.Derive("a", ""), EventIds.Derive("a"));
        Assert.NotEqual(EventIds.Derive("1:a"), EventIds.Derive("1", "a"));
    }
}
