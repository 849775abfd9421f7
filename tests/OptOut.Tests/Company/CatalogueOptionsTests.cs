using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Tests.Company;

public sealed class CatalogueOptionsTests
{
    [Fact]
    public void A_topic_goes_over_every_channel_unless_it_names_some() => Assert.Equal(
        ["email: newsletter offers", "sms: offers", "phone: offers", "post: offers"],
        Matrix(new() { Topics = [Topic(1, "newsletter", "email"), Topic(2, "offers")] }));

    [Fact]
    public void The_controllers_channels_are_those_it_names_in_its_order() => Assert.Equal(
        ["post: offers", "email: newsletter offers"],
        Matrix(new() { Channels = ["post", "email"], Topics = [Topic(1, "newsletter", "email"), Topic(2, "offers")] }));

    [Fact]
    public void A_channel_on_which_nothing_is_sent_is_not_shown() => Assert.Equal(
        ["email: newsletter"],
        Matrix(new() { Topics = [Topic(1, "newsletter", "email")] }));

    [Fact]
    public void Every_fault_is_told_at_once_with_its_setting_and_the_mend() => Assert.Equal(
        [
            "OptOut:Catalogue:Topics:0:Channels names 'fax'; give email, sms, phone or post.",
            "OptOut:Catalogue:Topics:0:Channels names 'email' 2 times; name it once.",
            "OptOut:Catalogue:Topics:1:Channels names 'sms', which OptOut:Catalogue:Channels does not; name it there too, or not here.",
            "OptOut:Catalogue:Channels names 'Post'; give email, sms, phone or post.",
            "OptOut:Catalogue:Channels names 'phone' 2 times; name it once.",
            "OptOut:Catalogue:Channels names 'phone', on which no topic is sent; name it with a topic, or not here.",
        ],
        Errors(new() { Channels = ["email", "Post", "phone", "phone"], Topics = [Topic(1, "newsletter", "email", "email", "fax"), Topic(2, "offers", "sms")] }).Distinct());

    private static TopicOptions Topic(int id, string name, params string[] channels) => new() { Id = id, Name = name, Channels = [.. channels] };

    private static List<string> Matrix(CatalogueOptions options)
    {
        Assert.Empty(Errors(options));
        return [.. new TopicCatalogue(Options.Create(options)).Matrix.Select(c => $"{c.Channel.Name()}: {string.Join(' ', c.Topics)}")];
    }

    private static List<string> Errors(CatalogueOptions options) => [.. new CatalogueOptionsValidator().Validate(null, options).Failures ?? []];
}
