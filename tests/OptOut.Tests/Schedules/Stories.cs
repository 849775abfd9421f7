using OptOut.Consent;
using OptOut.Tests.Schedules.Exploration;

namespace OptOut.Tests.Schedules;

/// <summary>The races that are explored, by name.</summary>
internal static class Stories
{
    private static readonly string[] Scopes = ["*,*", "email,*", "email,newsletter", "*,offers"];

    private static readonly StopSet[] Choices =
        [StopSet.Nothing, StopSet.Everything, new(true, [Topic.Parse("newsletter")]), new(false, [Topic.Parse("offers")])];

    public static IReadOnlyList<(string Name, Action<Story, SeededNumbers> Tell)> All { get; } =
    [
        ("two Stops", (story, numbers) =>
        {
            var a = Known(story, "a");
            story.BeforeAll();
            story.Stop(a, Scope(numbers));
            story.Stop(a, Scope(numbers));
        }),
        ("an Allow against a Stop", (story, numbers) =>
        {
            var a = Known(story, "a");
            story.Stop(a, Scope(numbers));
            story.BeforeAll();
            story.Choose(a, Choice(numbers));
            story.Stop(a, Scope(numbers));
        }),
        ("two choices", (story, numbers) =>
        {
            var a = Known(story, "a");
            if (numbers.OneIn(2))
                story.Stop(a, Scope(numbers));
            story.BeforeAll();
            story.Choose(a, Choice(numbers));
            story.Choose(a, Choice(numbers));
        }),
        ("an undo against a Stop", (story, numbers) =>
        {
            var a = Known(story, "a");
            if (numbers.OneIn(2))
                story.Stop(a, Scope(numbers));
            story.BeforeAll();
            story.StopAndUndo(a, Scope(numbers));
            story.Stop(a, Scope(numbers));
        }),
        ("two people with one address", (story, numbers) =>
        {
            var (a, b) = (Known(story, "a"), Known(story, "b", "a"));
            story.Stop(b, Scope(numbers));
            story.BeforeAll();
            story.Stop(a, Scope(numbers));
            story.Choose(b, Choice(numbers));
        }),
        ("an unknown address gets an owner", (story, numbers) =>
        {
            var (a, address) = (story.Person("a"), story.Email("a"));
            if (numbers.OneIn(2))
                story.VendorStop(address, "email,*", "first");
            story.BeforeAll();
            story.VendorStop(address, Email(numbers), "second");
            story.Register(a, address);
            if (numbers.OneIn(2))
                story.Stop(a, Scope(numbers));
        }),
        ("an owner joins and another leaves", (story, numbers) =>
        {
            var (a, b) = (Known(story, "a"), Known(story, "b"));
            if (numbers.OneIn(2))
                story.Stop(a, Scope(numbers));
            story.BeforeAll();
            story.Register(b, story.Email("a"));
            story.Register(a, story.Email("c"));
            story.Stop(a, Scope(numbers));
        }),
        ("a webhook twice", (story, numbers) =>
        {
            var (scope, address) = (Email(numbers), story.Email("a"));
            if (numbers.OneIn(2))
                Known(story, "a");
            story.BeforeAll();
            story.VendorStop(address, scope, "same");
            story.VendorStop(address, scope, "same");
        }),
        ("intake against the sweep", (story, numbers) =>
        {
            var a = Known(story, "a");
            story.BeforeAll();
            story.Stop(a, Scope(numbers));
            story.Sweep();
            story.Stop(a, Scope(numbers), Source.UnsubscribePage);
        }),
        ("three at once", (story, numbers) =>
        {
            var a = Known(story, "a");
            story.Stop(a, Scope(numbers));
            story.BeforeAll();
            story.Stop(a, Scope(numbers));
            story.Choose(a, Choice(numbers));
            story.VendorStop(story.Email("a"), Email(numbers), "third");
        }),
    ];

    private static SubjectKey Known(Story story, string name, string? address = null)
    {
        var subject = story.Person(name);
        story.Register(subject, story.Email(address ?? name));
        return subject;
    }

    private static string Scope(SeededNumbers numbers) => Scopes[numbers.Below(Scopes.Length)];

    private static string Email(SeededNumbers numbers) => numbers.OneIn(2) ? "email,*" : "email,newsletter";

    private static StopSet Choice(SeededNumbers numbers) => Choices[numbers.Below(Choices.Length)];
}
