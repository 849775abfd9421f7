using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;
using OptOut.Judge.Faults;

namespace OptOut.Tests.Judge;

public sealed class AnswerTrapTests
{
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly List<string> _done = [];

    [Theory]
    [InlineData("POST", "/u/TOKEN", 200, "", true)]
    [InlineData("POST", "/unsubscribe", 200, "<p class=\"reference\">93B8-4761-9182</p>", true)]
    [InlineData("PUT", "/api/subjects/C-1/preferences", 200, """{"recorded":{"reference":"93B8-4761-9182"}}""", true)]
    [InlineData("POST", "/unsubscribe", 200, "", false)]
    [InlineData("POST", "/u/TOKEN", 503, "", false)]
    [InlineData("GET", "/u/TOKEN", 200, "", false)]
    [InlineData("POST", "/api/links", 200, "93B8-4761-9182", false)]
    [InlineData("PUT", "/api/subjects/C-1", 200, "93B8-4761-9182", false)]
    [InlineData("POST", "/webhooks/dialler/events", 200, "93B8-4761-9182", false)]
    public void Only_an_answer_that_something_new_is_recorded_springs_it(string method, string path, int status, string body, bool takes)
    {
        var trap = Trap(before: true);

        Assert.Equal(takes, trap.Takes(Request(method, path).Request, Answer(status, body)));
        Assert.False(trap.Takes(Request(method, path).Request, Answer(status, body)));
        Assert.Equal(takes, trap.Disarm());
    }

    [Fact]
    public void A_one_click_that_was_answered_before_does_not_spring_it()
    {
        Assert.True(Trap(before: true).Takes(Request("POST", "/u/TOKEN").Request, Answer(200, "")));
        Assert.False(Trap(before: true).Takes(Request("POST", "/u/TOKEN").Request, Answer(200, "")));
    }

    [Theory]
    [InlineData(true, "killed")]
    [InlineData(false, "written")]
    public async Task The_instance_is_killed_before_or_after_and_the_person_is_told_apart(bool before, string first)
    {
        var (trap, context) = (Trap(before), Request("POST", "/u/TOKEN"));
        context.Response.Body = new Written(_done);

        await trap.PassOnAsync(context, Answer(200, "done"));

        Assert.Equal(first, _done[0]);
        Assert.Equal(["killed", "written"], _done.Order(StringComparer.Ordinal));
        Assert.True(trap.Sprung.IsCompletedSuccessfully);
        Assert.Equal((200, "1"), (context.Response.StatusCode, context.Response.Headers[AnswerTrap.Header].ToString()));
    }

    private AnswerTrap Trap(bool before) => new(
        before,
        () =>
        {
            _done.Add("killed");
            return Task.CompletedTask;
        },
        _known);

    private static DefaultHttpContext Request(string method, string path)
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Path) = (method, path);
        return context;
    }

    private static ProxyAnswer Answer(int status, string body) => new(1, status, [], Encoding.UTF8.GetBytes(body));

    private sealed class Written(List<string> done) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            done.Add("written");
            return ValueTask.CompletedTask;
        }
    }
}
