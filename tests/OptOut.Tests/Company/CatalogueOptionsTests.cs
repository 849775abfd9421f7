using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Tests.Company;

public sealed class CatalogueOptionsTests
{
    [Fact]
    public void A_topic_is_sent_on_every_channel_unless_it_names_some() => Assert.Equal(
        ["email: newsletter offers", "sms: offers", "phone: offers", "post: offers"],
        Matrix(new() { Topics = [Topic(1, "newsletter", "email"), Topic(2, "offers")] }));

    [Fact]
    public void The_configured_channels_are_shown_in_the_configured_order() => Assert.Equal(
        ["post: offers", "email: newsletter offers"],
        Matrix(new() { Channels = ["post", "email"], Topics = [Topic(1, "newsletter", "email"), Topic(2, "offers")] }));

    [Fact]
    public void A_channel_without_topics_is_not_shown() => Assert.Equal(
        ["email: newsletter"],
        Matrix(new() { Topics = [Topic(1, "newsletter", "email")] }));

    [Fact]
    public void All_errors_are_reported_at_once_with_the_setting_and_the_fix() => Assert.Equal(
        [
            "OptOut:Catalogue:Topics:0:Channels names 'fax'; give email, sms, phone or post.",
            "OptOut:Catalogue:Topics:0:Channels names 'email' 2 times; name it once.",
            "OptOut:Catalogue:Topics:1:Channels names 'sms', which OptOut:Catalogue:Channels does not; add it there, or remove it here.",
            "OptOut:Catalogue:Channels names 'Post'; give email, sms, phone or post.",
            "OptOut:Catalogue:Channels names 'phone' 2 times; name it once.",
            "OptOut:Catalogue:Channels names 'phone', on which no topic is sent; add it to a topic, or remove it here.",
        ],
        Errors(new()
        {
            Channels = ["email", "Post", "phone", "phone"],
            Topics = [Topic(1, "newsletter", "email", "email", "fax"), Topic(2, "offers", "sms")],
        }).Distinct());

    private static TopicOptions Topic(int id, string name, params string[] channels) =>
        new() { Id = id, Name = name, Channels = [.. channels] };

    private static List<string> Matrix(CatalogueOptions options)
    {
        Assert.Empty(Errors(options));
        return [.. new TopicCatalogue(Options.Create(options)).Matrix.Select(c => $"{c.Channel.Name()}: {string.Join(' ', c.Topics)}")];
    }

    private static List<string> Errors(CatalogueOptions options) =>
        [.. new CatalogueOptionsValidator().Validate(null, options).Failures ?? []];
}
