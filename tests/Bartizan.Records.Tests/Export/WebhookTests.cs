using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats.Ocsf;
using Bartizan.Records.Export.Sinks;
using Bartizan.Records.Export.Sinks.Http;
using Bartizan.Records.Tests.Export.Peers;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Records.Tests.Export;

public sealed class WebhookTests : LoopBench
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public async Task A_batch_is_signed_as_Standard_Webhooks_have_it()
    {
        await using var peer = await HttpPeer.StartAsync((_, _) => Task.CompletedTask);
        await using var journal = await OpenAsync();
        await FillAsync(journal, 20);
        await using var sink = Sink(peer.Url);
        await RunAsync(journal, sink, s => s.Lag == 0);
        var request = peer.Requests.ShouldHaveSingleItem();
        var id = request.Headers["webhook-id"];
        id.ShouldBe($"{journal.Log.Origin}/0-19");
        var time = request.Headers["webhook-timestamp"];
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(time, CultureInfo.InvariantCulture)).Year.ShouldBe(2026);
        var mac = HMACSHA256.HashData(s_key, Encoding.UTF8.GetBytes($"{id}.{time}.{request.Text}"));
        request.Headers["webhook-signature"].ShouldBe($"v1,{Convert.ToBase64String(mac)}");
        Keys(request).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{journal.Log.Origin}/{i}"));
    }

    [Fact]
    public async Task An_hour_of_outage_by_the_wire_loses_nothing_and_repeats_nothing()
    {
        var start = Clock.GetUtcNow();
        var taken = new List<string>();
        await using var peer = await HttpPeer.StartAsync(
            async (request, context) =>
            {
                var passed = Clock.GetUtcNow() - start;
                if (passed < TimeSpan.FromMinutes(20))
                {
                    context.Response.StatusCode = 503;
                }
                else if (passed < TimeSpan.FromMinutes(40))
                {
                    context.Response.StatusCode = 429;
                    context.Response.Headers.RetryAfter = "30";
                }
                else if (passed < TimeSpan.FromMinutes(60))
                {
                    context.Abort();
                }
                else
                {
                    taken.AddRange(Keys(request));
                }

                await Task.CompletedTask;
            }
        );
        await using var journal = await OpenAsync();
        await FillAsync(journal, 3_000);
        await using var sink = Sink(peer.Url);
        await RunAsync(journal, sink, s => s.Lag == 0);
        taken.ShouldBe(Enumerable.Range(0, 3_000).Select(i => $"{journal.Log.Origin}/{i}"));
        (Clock.GetUtcNow() - start).ShouldBeGreaterThan(TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Retry_After_is_waited_for()
    {
        var answers = new Queue<int>([503, 200]);
        await using var peer = await HttpPeer.StartAsync(
            (_, context) =>
            {
                context.Response.StatusCode = answers.Dequeue();
                context.Response.Headers.RetryAfter = "45";
                return Task.CompletedTask;
            }
        );
        await using var journal = await OpenAsync();
        await FillAsync(journal, 3);
        var start = Clock.GetUtcNow();
        await using var sink = Sink(peer.Url);
        await RunAsync(journal, sink, s => s.Lag == 0);
        (Clock.GetUtcNow() - start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(45));
    }

    [Fact]
    public async Task What_a_server_answers_never_brings_the_token_into_the_status()
    {
        var token = $"whsec_{Convert.ToBase64String(s_key)}";
        await using var peer = await HttpPeer.StartAsync(
            (_, context) =>
            {
                context.Response.StatusCode = 401;
                return context.Response.WriteAsync($"`{token}` isn't known here\n\u001b[31mred");
            }
        );
        await using var journal = await OpenAsync();
        await FillAsync(journal, 3);
        await using var sink = Sink(peer.Url);
        await RunAsync(journal, sink, s => s.Problem is not null);
        Status.Problem!.ShouldContain("answered 401");
        Status.Problem!.ShouldContain("***");
        Status.Problem!.ShouldNotContain(token);
        Status.Problem!.ShouldNotContain("\u001b");
        new SinkToken(token).ToString().ShouldBe("***");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_that_an_answer_repeats_encoded_or_at_the_end_of_what_is_shown_is_not_shown(bool encoded)
    {
        var token = $"whsec_{Convert.ToBase64String(s_key)}";
        var repeated = encoded ? Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(token)) : token;
        await using var peer = await HttpPeer.StartAsync(
            (_, context) =>
            {
                context.Response.StatusCode = 401;
                return context.Response.WriteAsync(new string('.', 180) + repeated);
            }
        );
        await using var journal = await OpenAsync();
        await FillAsync(journal, 3);
        await using var sink = Sink(peer.Url);
        await RunAsync(journal, sink, s => s.Problem is not null);
        Status.Problem!.ShouldContain("answered 401");
        Status.Problem!.ShouldNotContain(repeated[..12]);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await HttpPeer.StartAsync((_, _) => Task.CompletedTask);
        await using var peer = await HttpPeer.StartAsync(
            (_, context) =>
            {
                context.Response.Redirect(elsewhere.Url.ToString(), permanent: true, preserveMethod: true);
                return Task.CompletedTask;
            }
        );
        await using var journal = await OpenAsync();
        await FillAsync(journal, 3);
        await using var sink = Sink(peer.Url);
        await RunAsync(journal, sink, s => s.Problem is not null);
        elsewhere.Requests.ShouldBeEmpty();
        Status.Next.ShouldBe(0);
    }

    private static IEnumerable<string> Keys(HttpPeer.Request request)
    {
        using var body = JsonDocument.Parse(request.Body);
        return
        [
            .. body
                .RootElement.GetProperty("entries")
                .EnumerateArray()
                .Select(e => e.GetProperty("metadata").GetProperty("uid").GetString()!),
        ];
    }

    private WebhookSink Sink(Uri url) =>
        new(
            new SinkSettings
            {
                Name = "test",
                Kind = SinkKind.Webhook,
                Format = SinkFormat.Ocsf,
                Url = url,
            },
            new OcsfFormat(),
            () => new SinkToken($"whsec_{Convert.ToBase64String(s_key)}"),
            Clock
        );
}
