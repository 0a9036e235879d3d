using System.IO.Compression;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Egress.Intercepted;

/// <summary>What passes, as it came: bodies both ways, whatever their length, packing and pace.</summary>
public sealed class PassingTests
{
    private const int LargeBytes = 24 << 20;

    private static readonly string[] Rule =
    [
        "allow: http * https://api.example/**",
        "deny: http GET https://api.example/no",
    ];

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Large_bodies_stream_both_ways(string version)
    {
        await using var house = await ServingAsync(async context =>
        {
            var whole = new MemoryStream(LargeBytes);
            await context.Request.Body.CopyToAsync(whole);
            context.Response.ContentLength = whole.Length;
            await context.Response.Body.WriteAsync(whole.GetBuffer().AsMemory(0, (int)whole.Length));
        });
        using var client = house.Client(Version.Parse(version));
        var sent = new byte[LargeBytes];
        System.Security.Cryptography.RandomNumberGenerator.Fill(sent);

        using var answer = await client.PostAsync("https://api.example/echo", new ByteArrayContent(sent)).Soon();

        (await answer.Content.ReadAsByteArrayAsync().Soon()).AsSpan().SequenceEqual(sent).ShouldBeTrue();
        var usage = (await house.House.Host.OutcomeAsync(OutcomeKind.Done)).Usage!;
        usage.BytesIn.ShouldBe(LargeBytes);
        usage.BytesOut.ShouldBe(LargeBytes);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task What_was_granted_once_is_sent_once_though_no_answer_came(string method)
    {
        await using var house = await ServingAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var client = house.Client();
        using var request = new HttpRequestMessage(new HttpMethod(method), "https://api.example/charge");

        using var answer = await client.SendAsync(request).Soon();

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        house.Server!.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_host_outside_says_nothing_in_the_proxys_name()
    {
        await using var house = await ServingAsync(context =>
        {
            context.Response.Headers["X-Bartizan-Rule"] = "allow: http * **";
            context.Response.Headers["X-Other"] = "1";
            return Task.CompletedTask;
        });
        using var client = house.Client();

        using var answer = await client.GetAsync("https://api.example/a").Soon();

        answer.Headers.Contains("X-Other").ShouldBeTrue();
        answer.Headers.Contains("X-Bartizan-Rule").ShouldBeFalse();
    }

    [Fact]
    public async Task Pieces_arrive_when_they_are_sent()
    {
        var more = new TaskCompletionSource();
        await using var house = await ServingAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await context.Response.Body.FlushAsync();
            await more.Task;
            await context.Response.WriteAsync("data: 2\n\n");
        });
        using var client = house.Client();
        using var answer = await client
            .GetAsync("https://api.example/events", HttpCompletionOption.ResponseHeadersRead)
            .Soon();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        (await reader.ReadLineAsync().Soon()).ShouldBe("data: 1");
        more.SetResult();
        (await reader.ReadToEndAsync().Soon()).ShouldBe("\ndata: 2\n\n");
    }

    [Fact]
    public async Task Fields_ranges_packing_and_cookies_pass_as_they_came()
    {
        await using var house = await ServingAsync(async context =>
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = "bytes 0-9/100";
            context.Response.Headers.ContentEncoding = "gzip";
            context.Response.Headers.SetCookie = new[] { "a=b; Path=/", "c=d" };
            context.Response.Headers["Alt-Svc"] = "h3=\":443\"";
            await using var packed = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await packed.WriteAsync(Encoding.ASCII.GetBytes(context.Request.Headers.Range.ToString()));
        });
        using var client = house.Client();
        using var ask = new HttpRequestMessage(HttpMethod.Get, "https://api.example/a");
        ask.Headers.Range = new(0, 9);

        using var answer = await client.SendAsync(ask).Soon();

        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        answer.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        answer.Headers.GetValues("Set-Cookie").ShouldBe(["a=b; Path=/", "c=d"]);
        answer.Headers.Contains("Alt-Svc").ShouldBeFalse("it names a way around");
        await using var unpacked = new GZipStream(await answer.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        (await new StreamReader(unpacked).ReadToEndAsync()).ShouldBe("bytes=0-9");
    }

    [Fact]
    public async Task A_head_request_an_empty_answer_and_one_without_change_have_no_body()
    {
        await using var house = await ServingAsync(context =>
        {
            context.Response.StatusCode =
                context.Request.Path == "/same" ? 304
                : context.Request.Path == "/none" ? 204
                : 200;
            context.Response.ContentLength = context.Response.StatusCode == 200 ? 1234 : null;
            return Task.CompletedTask;
        });
        using var client = house.Client();

        using var head = await client
            .SendAsync(new HttpRequestMessage(HttpMethod.Head, "https://api.example/a"))
            .Soon();
        using var same = await client.GetAsync("https://api.example/same").Soon();
        using var none = await client.GetAsync("https://api.example/none").Soon();

        head.Content.Headers.ContentLength.ShouldBe(1234);
        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        none.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Grpc_has_its_trailers_and_both_directions_at_once()
    {
        await using var house = await ServingAsync(async context =>
        {
            context.Request.Headers.TE.ToString().ShouldBe("trailers");
            context.Response.ContentType = "application/grpc";
            await context.Response.StartAsync();
            var buffer = new byte[100];
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
                await context.Response.Body.FlushAsync();
            }

            context.Response.AppendTrailer("grpc-status", "0");
        });
        using var client = house.Client(HttpVersion.Version20);
        var said = new System.IO.Pipelines.Pipe();
        using var ask = new HttpRequestMessage(HttpMethod.Post, "https://api.example/pkg.Service/Method")
        {
            Version = HttpVersion.Version20,
            Content = new Spoken(said.Reader),
        };
        ask.Headers.TE.ParseAdd("trailers");
        var asking = client.SendAsync(ask, HttpCompletionOption.ResponseHeadersRead);
        await said.Writer.WriteAsync("one"u8.ToArray());
        using var answer = await asking.Soon();
        await using var stream = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[3];

        await stream.ReadExactlyAsync(buffer).AsTask().Soon();
        Encoding.ASCII.GetString(buffer).ShouldBe("one");
        await said.Writer.WriteAsync("two"u8.ToArray());
        await stream.ReadExactlyAsync(buffer).AsTask().Soon();
        Encoding.ASCII.GetString(buffer).ShouldBe("two");
        await said.Writer.CompleteAsync();
        (await stream.ReadAsync(buffer).AsTask().Soon()).ShouldBe(0);
        answer.TrailingHeaders.GetValues("grpc-status").ShouldBe(["0"]);
    }

    [Fact]
    public async Task A_websocket_echoes()
    {
        await using var house = await ServingAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[4096];
            var got = await socket.ReceiveAsync(buffer, context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, true, context.RequestAborted);
            await socket.ReceiveAsync(buffer, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", context.RequestAborted);
        });
        using var web = new ClientWebSocket();
        web.Options.Proxy = new WebProxy($"http://{house.House.ProxyAddress}");
        web.Options.RemoteCertificateValidationCallback = (_, one, _, errors) => house.Inside.Vouches(one, errors);

        await web.ConnectAsync(new Uri("wss://api.example/ws"), CancellationToken.None).Soon();
        await web.SendAsync("hi"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None).Soon();
        var buffer = new byte[100];
        var got = await web.ReceiveAsync(buffer, CancellationToken.None).Soon();
        await web.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None).Soon();

        Encoding.ASCII.GetString(buffer, 0, got.Count).ShouldBe("hi");
        (await house.House.Host.OutcomeAsync(OutcomeKind.Done)).Target.ShouldBe("GET https://api.example:443/ws");
    }

    [Fact]
    public async Task A_client_that_waits_to_be_asked_for_its_body_is_asked()
    {
        await using var house = await ServingAsync(context => context.Request.Body.CopyToAsync(context.Response.Body));
        await using var stream = await house.RawAsync();
        await stream.WriteAsync(
            "POST /a HTTP/1.1\r\nHost: api.example\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"u8.ToArray()
        );
        var buffer = new byte[1000];

        var read = await stream.ReadAsync(buffer).AsTask().Soon();
        Encoding.ASCII.GetString(buffer, 0, read).ShouldStartWith("HTTP/1.1 100");
        await stream.WriteAsync("body"u8.ToArray());
        (await new StreamReader(stream).ReadToEndAsync().Soon()).ShouldContain("body");
    }

    [Fact]
    public async Task What_guards_look_for_in_a_request_never_leaves()
    {
        await using var house = await InterceptedHouse.OpenAsync(
            Rule,
            guards: new GuardTerms { Secrets = GuardAction.Block }
        );
        using var client = house.Client();
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.ASCII.GetBytes($"note={TestHost.Secret}"));
        }

        var body = new ByteArrayContent(packed.ToArray());
        body.Headers.ContentEncoding.Add("gzip");
        using var refused = await client.PostAsync("https://api.example/a", body).Soon();
        using var passed = await client.PostAsync("https://api.example/a", new StringContent("It rains.")).Soon();

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        passed.StatusCode.ShouldBe(HttpStatusCode.OK);
        house.Server!.Asked.ShouldHaveSingleItem();
    }

    /// <summary>A body that is sent while the answer comes.</summary>
    private sealed class Spoken(System.IO.Pipelines.PipeReader words) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            while (true)
            {
                var read = await words.ReadAsync();
                foreach (var piece in read.Buffer)
                {
                    await stream.WriteAsync(piece);
                }

                words.AdvanceTo(read.Buffer.End);
                await stream.FlushAsync();
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private static Task<InterceptedHouse> ServingAsync(Func<HttpContext, Task> answer) =>
        InterceptedHouse.OpenAsync(
            Rule,
            outside => SecureServer.StartAsync(outside.Sign(InterceptedHouse.Host), answer)
        );
}
