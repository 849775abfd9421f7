using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

/// <summary>The text forms of subject keys, scopes, topics and derived event ids. Each value has only one.</summary>
public sealed class TextFormTests
{
    private static readonly Gen<SubjectKey> AnyKey = Gen.Select(
        Gen.ULong, Gen.ULong, (upper, lower) => new SubjectKey(new UInt128(upper, lower)));

    [Fact]
    public void A_subject_key_survives_a_round_trip_through_text_and_bytes() => AnyKey.Sample(key =>
    {
        Span<byte> bytes = stackalloc byte[SubjectKey.ByteLength];
        key.WriteBytes(bytes);

        Assert.Equal(SubjectKey.Length, key.ToString().Length);
        Assert.Equal(key, SubjectKey.Parse(key.ToString()));
        Assert.Equal(key, SubjectKey.FromBytes(bytes));
    });

    [Fact]
    public void A_text_that_parses_as_a_subject_key_is_written_back_unchanged() =>
        Gen.Char["0123456789ABCDEFGHJKMNPQRSTVWXYZIiLlOoUuaz-~ "].Array[SubjectKey.Length].Sample(characters =>
        {
            var text = new string(characters);

            if (SubjectKey.TryParse(text, out var key))
                Assert.Equal(text, key.ToString());
        });

    [Fact]
    public void Subject_keys_sort_the_same_as_text_and_as_numbers() =>
        Gen.Select(AnyKey, AnyKey).Sample(
            (a, b) => Assert.Equal(Math.Sign(a.Value.CompareTo(b.Value)), Math.Sign(string.CompareOrdinal(a.ToString(), b.ToString()))));

    [Fact]
    public void Subject_keys_are_written_in_exactly_this_form()
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
    public void Any_other_spelling_of_a_subject_key_is_refused(string? text)
    {
        Assert.False(SubjectKey.TryParse(text, out var key));
        Assert.Equal(default, key);
    }

    [Fact]
    public void A_scope_survives_a_round_trip_through_text() =>
        AnyScope.Sample(scope => Assert.Equal(scope, Scope.Parse(scope.ToString())));

    [Theory]
    [InlineData("*,*", null, null)]
    [InlineData("email,*", Channel.Email, null)]
    [InlineData("*,newsletter", null, "newsletter")]
    [InlineData("post,a-1", Channel.Post, "a-1")]
    public void A_scope_has_these_text_forms(string text, Channel? channel, string? topic)
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
    public void Text_that_is_not_a_scope_is_refused_with_examples(string? text)
    {
        Assert.False(Scope.TryParse(text, out _));
        if (text is not null)
        {
            Assert.EndsWith(
                "write 'channel,topic' with * for all, as in '*,*', 'email,*' or 'email,newsletter'.",
                Assert.Throws<FormatException>(() => Scope.Parse(text)).Message,
                StringComparison.Ordinal);
        }
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
    public void A_topic_is_1_to_32_lower_case_letters_digits_and_hyphens(string text, bool good) =>
        Assert.Equal(good, Topic.TryParse(text, out _));

    [Fact]
    public void Channels_parse_from_their_names_and_keep_the_numbers_used_in_links()
    {
        Assert.Equal(["email", "sms", "phone", "post"], Channels.All.Select(c => c.Name()));
        Assert.Equal([1, 2, 3, 4], Channels.All.Select(c => (int)c));
        Assert.All(Channels.All, c => Assert.True(Channels.TryParse(c.Name(), out var read) && read == c));
    }

    [Fact]
    public void A_derived_event_id_is_always_the_same_and_differs_for_other_parts()
    {
        Assert.Equal(new Guid("6f5f6e00-990e-8a6b-9f54-be767f8a0fed"), EventIds.Derive("sendgrid:ev1", "abc"));
        Assert.NotEqual(EventIds.Derive("ab", "c"), EventIds.Derive("a", "bc"));
        Assert.NotEqual(EventIds.Derive("a", ""), EventIds.Derive("a"));
        Assert.NotEqual(EventIds.Derive("1:a"), EventIds.Derive("1", "a"));
    }
}
