using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OptOut.Platform.Http;

namespace OptOut.Tests.Platform.Http;

/// <summary>A body is received before its sender is verified, so it takes memory only as it arrives, and not without limit.</summary>
public sealed class RawBodyTests
{
    private const int Large = 1024 * 1024, Max = 32 * 1024 * 1024;

    [Fact]
    public async Task A_declared_length_takes_no_memory_before_the_bytes_arrive()
    {
        var request = Request(new MemoryStream(new byte[10]), Max);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var reading = RawBody.ReadAsync(request, Max, CancellationToken.None);

        Assert.True(reading.IsCompleted); // So all of it happened on this thread.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Large);
        Assert.Equal(10, (await reading).Bytes.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData((16 * 1024) + 1)]
    [InlineData((3 * Large) + 7)]
    public async Task Every_byte_is_read_with_a_declared_length_and_without(int length)
    {
        var sent = Enumerable.Range(0, length).Select(i => (byte)(i % 251)).ToArray();

        foreach (var declared in (long?[])[length, null])
        {
            var body = await RawBody.ReadAsync(Request(new MemoryStream(sent), declared), Max, CancellationToken.None);

            Assert.Null(body.Problem);
            Assert.True(body.Bytes.Span.SequenceEqual(sent));
        }
    }

    [Theory]
    [InlineData(Large + 1L, 413)]
    [InlineData(null, 413)]
    public async Task A_body_above_the_limit_is_refused(long? declared, int status) => Assert.Equal(
        status,
        await StatusAsync(Request(new MemoryStream(new byte[Large + 1]), declared), Large, new BodyMemory(Max)));

    [Fact]
    public async Task Large_bodies_share_a_limit_until_they_are_answered_and_small_bodies_are_always_read()
    {
        var memory = new BodyMemory(4 * Large);
        var first = Request(new MemoryStream(new byte[(2 * Large) + 1]), null);
        Assert.Null(await StatusAsync(first, Max, memory));

        Assert.Equal(503, await StatusAsync(Request(new MemoryStream(new byte[2 * Large]), null), Max, memory));
        Assert.Null(await StatusAsync(Request(new MemoryStream(new byte[BodyMemory.SmallBytes]), null), Max, memory));

        await ((CompletableResponse)first.HttpContext.Features.Get<IHttpResponseFeature>()!).CompleteAsync();
        Assert.Null(await StatusAsync(Request(new MemoryStream(new byte[2 * Large]), null), Max, memory));
    }

    [Fact]
    public async Task A_refused_body_gives_its_memory_back()
    {
        var memory = new BodyMemory(Large);
        for (var i = 0; i < 10; i++)
        {
            var refused = Request(new MemoryStream(new byte[4 * Large]), null);
            Assert.Equal(503, await StatusAsync(refused, Max, memory));
            await ((CompletableResponse)refused.HttpContext.Features.Get<IHttpResponseFeature>()!).CompleteAsync();
        }

        Assert.Null(await StatusAsync(Request(new MemoryStream(new byte[Large / 2]), null), Max, memory));
    }

    private static async Task<int?> StatusAsync(HttpRequest request, int maxBytes, BodyMemory memory)
    {
        var problem = (await RawBody.ReadAsync(request, maxBytes, CancellationToken.None, memory)).Problem;
        return problem switch
        {
            null => null,
            IStatusCodeHttpResult status => status.StatusCode,
            _ => StatusCodes.Status503ServiceUnavailable,
        };
    }

    private static HttpRequest Request(Stream body, long? declared)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseFeature>(new CompletableResponse());
        context.Request.Body = body;
        context.Request.ContentLength = declared;
        return context.Request;
    }

    private sealed class CompletableResponse : HttpResponseFeature
    {
        private readonly List<(Func<object, Task> Callback, object State)> _completed = [];

        public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Add((callback, state));

        public async Task CompleteAsync()
        {
            foreach (var (callback, state) in _completed)
                await callback(state);
        }
    }
}
