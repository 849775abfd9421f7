using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using OptOut.Platform.Http;

namespace OptOut.Tests.Platform.Http;

/// <summary>16 KB of spaces in <c>If-None-Match</c> took 100 to 500 ms, parsed by the framework for nothing.</summary>
public sealed class BytesResultTests
{
    private static readonly byte[] Body = [1, 2, 3];

    [Fact]
    public async Task Only_the_framework_reads_conditions_that_nothing_depends_on()
    {
        Assert.Contains("If-None-Match", await ReadByAsync(Results.Bytes(Body, "image/png")));
        Assert.Empty(await ReadByAsync(new BytesResult(Body, "image/png")));
    }

    /// <summary>The server leaves the body out of the answer to a HEAD. What only looks like one to routing needs it.</summary>
    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("hEAD")]
    public async Task It_has_its_type_its_length_and_its_body(string method)
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Response.Body) = (method, new MemoryStream());

        await new BytesResult(Body, "image/png").ExecuteAsync(context);

        Assert.Equal(
            ("image/png", 3L, 3L), (context.Response.ContentType, context.Response.ContentLength, context.Response.Body.Length));
    }

    private static async Task<IReadOnlyCollection<string>> ReadByAsync(IResult result)
    {
        var headers = new WatchedHeaders { ["If-Match"] = "\"a\"", ["If-None-Match"] = "\"a\"", ["Range"] = "bytes=0-1" };
        headers.Read.Clear();
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        context.Features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET", Headers = headers });
        context.Response.Body = new MemoryStream();
        await result.ExecuteAsync(context);
        return headers.Read;
    }

    private sealed class WatchedHeaders : HeaderDictionary, IHeaderDictionary
    {
        public List<string> Read { get; } = [];

        StringValues IHeaderDictionary.this[string key]
        {
            get
            {
                Read.Add(key);
                return base[key];
            }
            set => base[key] = value;
        }
    }
}
