using System.Collections.Concurrent;
using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Records.Tests.Export.Peers;

/// <summary>A server on a free loopback port. It keeps every request; what it answers is the test's or a vendor's manner.</summary>
internal sealed class HttpPeer : IAsyncDisposable
{
    private readonly WebApplication _web;

    private HttpPeer(WebApplication web, Uri url)
    {
        _web = web;
        Url = url;
    }

    public Uri Url { get; }

    public ConcurrentQueue<Request> Requests { get; } = [];

    public static async Task<HttpPeer> StartAsync(Func<Request, HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        HttpPeer? peer = null;
        web.Run(async context =>
        {
            var request = await ReadAsync(context.Request);
            peer!.Requests.Enqueue(request);
            await answer(request, context);
        });
        await web.StartAsync();
        var address = web
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        peer = new HttpPeer(web, new Uri(address));
        return peer;
    }

    public async ValueTask DisposeAsync() => await _web.DisposeAsync();

    private static async Task<Request> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        if (request.Headers.ContentEncoding == "gzip")
        {
            await using var unzipped = new GZipStream(request.Body, CompressionMode.Decompress);
            await unzipped.CopyToAsync(body);
        }
        else
        {
            await request.Body.CopyToAsync(body);
        }

        return new Request(
            request.Path + request.QueryString.ToString(),
            request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray()
        );
    }

    /// <summary>A request as it came, unzipped.</summary>
    internal sealed record Request(string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
    {
        public string Text => System.Text.Encoding.UTF8.GetString(Body);
    }
}
