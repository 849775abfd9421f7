using OptOut.Consent;

namespace OptOut.Web.Pages;

/// <summary>The boxes of one channel on the preferences page.</summary>
/// <param name="Masked">The person's own addresses or numbers, masked.</param>
public sealed record ChannelChoices(Channel Channel, IReadOnlyList<string> Masked, IReadOnlyList<TopicChoice> Topics);

/// <param name="Cell">The channel and topic of the box.</param>
/// <param name="Title">The topic in the person's language.</param>
/// <param name="Wanted">Whether it is ticked: the person receives it.</param>
public sealed record TopicChoice(Scope Cell, string Title, bool Wanted);
