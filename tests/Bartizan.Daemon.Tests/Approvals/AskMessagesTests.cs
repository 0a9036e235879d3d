using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Bartizan.Client;
using Bartizan.Daemon.Approvals.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Daemon.Tests.Approvals;

/// <summary>What people elsewhere are told of an ask, over real sockets.</summary>
public sealed class AskMessagesTests : IAsyncLifetime
{
    private const string Key = "a key of this test";
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-tell-").FullName;
    private readonly Channel<(string Path, IHeaderDictionary Headers, byte[] Body)> _received =
        Channel.CreateUnbounded<(string, IHeaderDictionary, byte[])>();
    private WebApplication _receiver = null!;
    private string _url = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _receiver = builder.Build();
        _receiver.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            await _received.Writer.WriteAsync(
                (context.Request.Path, new HeaderDictionary(context.Request.Headers.ToDictionary()), body.ToArray())
            );
        });
        await _receiver.StartAsync(Cancel);
        _url = _receiver
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.Single();
        await File.WriteAllTextAsync(Path.Combine(_home, "key"), Key, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task A_webhook_is_signed_and_holds_nothing_that_answers()
    {
        var (_, headers, body) = await ToldAsync($"kind: webhook, url: '{_url}/hook', secret: 'file:{_home}/key'");

        var signed = $"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{Encoding.UTF8.GetString(body)}";
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes(signed));
        headers["webhook-signature"].ToString().ShouldBe($"v1,{Convert.ToBase64String(expected)}");
        headers.ContainsKey("Authorization").ShouldBeFalse();
        var text = Encoding.UTF8.GetString(body);
        text.ShouldContain("tool git/merge");
        text.ShouldContain("bartizan approvals show a-");
        text.ShouldNotContain(
            "hunter2",
            Case.Sensitive,
            "arguments may hold secrets, and stay here unless the file says otherwise"
        );
    }

    [Fact]
    public async Task Slack_is_told_in_blocks_of_plain_text()
    {
        var (path, _, body) = await ToldAsync($"kind: slack, url: '{_url}/services/x', details: true");

        path.ShouldBe("/services/x");
        var json = JsonNode.Parse(body)!;
        json["blocks"]!.AsArray().Count.ShouldBeGreaterThan(4);
        json["blocks"]![0]!["text"]!["type"]!.GetValue<string>().ShouldBe("plain_text");
        json.ToJsonString().ShouldNotContain("mrkdwn");
        json.ToJsonString().ShouldContain("hunter2");
    }

    [Fact]
    public async Task Teams_is_told_by_an_adaptive_card_without_markup()
    {
        var (_, _, body) = await ToldAsync($"kind: teams, url: '{_url}/t'");

        var card = JsonNode.Parse(body)!["attachments"]![0]!;
        card["contentType"]!.GetValue<string>().ShouldBe("application/vnd.microsoft.card.adaptive");
        card["content"]!["type"]!.GetValue<string>().ShouldBe("AdaptiveCard");
        card["content"]!["body"]!.AsArray().ShouldAllBe(block => block!["type"]!.GetValue<string>() == "RichTextBlock");
    }

    [Fact]
    public async Task A_mail_is_handed_over_and_a_line_of_the_agents_ends_none()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var mail = ServeMailAsync(server);

        await RaiseAsync(
            $"kind: email, url: 'smtp://127.0.0.1:{port}', from: bot@example.com, to: [ops@example.com], details: true",
            """{"text":"\r\n.\r\nMAIL FROM:<evil@example.com>"}""",
            async () => await mail
        );

        var lines = await mail;
        lines[..5]
            .ShouldBe([
                "EHLO bartizan.localhost",
                "MAIL FROM:<bot@example.com>",
                "RCPT TO:<ops@example.com>",
                "DATA",
                "From: <bot@example.com>",
            ]);
        lines.Count(line => line == ".").ShouldBe(1);
        lines.Count(line => line.StartsWith("MAIL FROM", StringComparison.Ordinal)).ShouldBe(1);
        lines.ShouldContain(line => line.StartsWith("Subject: approval a-", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains(@"\u000d\u000a.\u000d\u000aMAIL FROM", StringComparison.Ordinal));
        lines[^1].ShouldBe("QUIT");
    }

    [Fact]
    public async Task A_dead_webhook_delays_no_ask_and_is_said_without_its_address()
    {
        using var dead = new TcpListener(IPAddress.Loopback, 0);
        dead.Start();
        var port = ((IPEndPoint)dead.LocalEndpoint).Port;
        var said = new ConcurrentQueue<string>();
        Write($"kind: webhook, url: 'http://127.0.0.1:{port}/secret-path', secret: 'file:{_home}/key'");
        using var scene = AskScene.With();
        await using var messages = new AskMessages(RecipientsFile.Load(_home), said.Enqueue, TimeProvider.System);
        scene.Inbox.Tell(messages);

        for (var i = 0; i < 3; i++)
        {
            var request = scene.RequestAsync();
            await scene.AnswerAsync(await scene.RaisedAsync(), AskScene.Dora);
            await using var passage = await request;
            passage.Granted.ShouldBeTrue();
        }

        said.ShouldAllBe(line => !line.Contains("secret-path", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kind: webhook, url: 'http://example.com', secret: 'env:X'", "needs `https://")]
    [InlineData("kind: webhook, url: 'https://example.com'", "needs a `secret`")]
    [InlineData("kind: webhook, url: 'https://example.com', secret: plain", "comes from `file:` or `env:`")]
    [InlineData("kind: email, url: 'smtp://mail.example.com:25', from: a@b.c, to: [a@b.c]", "needs `smtps://")]
    [InlineData(
        "kind: email, url: 'smtps://mail.example.com:465', from: \"a@b.c>\\r\\nX\", to: [a@b.c]",
        "needs `from`"
    )]
    [InlineData("kind: pigeon, url: 'https://example.com'", "each place has")]
    [InlineData("kind: 1, url: 'https://example.com', secret: 'env:X'", "each place has")]
    [InlineData("kind: slack, url: 'file:///x', nonsense: 1", "can't be read")]
    public void A_file_with_a_mistake_is_refused(string place, string says)
    {
        Write(place);

        Should.Throw<ControlException>(() => RecipientsFile.Load(_home)).Problem.Error.ShouldContain(says);
    }

    private void Write(string place) =>
        File.WriteAllText(Path.Combine(_home, RecipientsFile.Name), $"tell:\n  - {{ name: one, {place} }}\n");

    private async Task<(string Path, IHeaderDictionary Headers, byte[] Body)> ToldAsync(string place)
    {
        await RaiseAsync(
            place,
            """{"password":"hunter2"}""",
            async () => await _received.Reader.WaitToReadAsync(Cancel)
        );
        return await _received.Reader.ReadAsync(Cancel);
    }

    private async Task RaiseAsync(string place, string arguments, Func<Task> told)
    {
        Write(place);
        ImmutableArray<Recipient> recipients = RecipientsFile.Load(_home);
        using var scene = AskScene.With();
        await using var messages = new AskMessages(recipients, _ => { }, TimeProvider.System);
        scene.Inbox.Tell(messages);
        var request = scene.RequestAsync(arguments);
        await told();
        await scene.EndAsync(request);
    }

    private static async Task<List<string>> ServeMailAsync(TcpListener server)
    {
        using var client = await server.AcceptTcpClientAsync(Cancel);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false))
        {
            NewLine = "\r\n",
            AutoFlush = true,
        };
        await writer.WriteLineAsync("220 here");
        var (lines, inData) = (new List<string>(), false);
        while (await reader.ReadLineAsync(Cancel) is { } line)
        {
            lines.Add(line);
            if (inData && line != ".")
            {
                continue;
            }

            inData = line == "DATA";
            await writer.WriteLineAsync(
                inData ? "354 go on"
                : line.StartsWith("EHLO", StringComparison.Ordinal) ? "250-here\r\n250 8BITMIME"
                : "250 ok"
            );
            if (line == "QUIT")
            {
                break;
            }
        }

        return lines;
    }
}
