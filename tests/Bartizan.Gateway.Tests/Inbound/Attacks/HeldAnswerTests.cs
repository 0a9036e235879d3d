using System.Net;
using System.Net.WebSockets;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Inbound;
using Bartizan.Gateway.Tests.Model;
using Bartizan.Gateway.Tests.Tools;
using Microsoft.AspNetCore.Http;
using static Bartizan.Gateway.Tests.Inbound.SocketTalk;

namespace Bartizan.Gateway.Tests.Inbound.Attacks;

/// <summary>Callers, and agents that they fooled, who take the memory that all share.</summary>
public sealed class HeldAnswerTests
{
    private const string Guards = "guards: { output: { personal_data: block } }";
    private const string Many = "  limits: { body: 64KiB, per_user: { rate: 9000/min, at_once: 40 } }";

    [Fact]
    public async Task Answers_that_are_held_for_one_caller_leave_room_for_every_other()
    {
        await using var house = await InboundHouse.StartAsync(
            more: Guards,
            serve: Many,
            with: options => options with { MaxHeldAnswerBytes = 8 << 20 }
        );
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        house.Agent.Answer = context => HalfAsync(context, goesOn.Task);

        // A share is 1 MiB, and each of these takes 100 KiB or more of it.
        var asked = Enumerable.Range(0, 20).Select(_ => house.AskAsync()).ToList();
        for (var refused = 0; refused < 8; refused++)
        {
            var first = await Task.WhenAny(asked);
            asked.Remove(first);
            using var answer = await first;
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        var others = house.AskAsync(key: InboundHouse.OtherKey);
        await house.Agent.Requests.WaitForAsync(request => request.Headers["bartizan-token"] == "token-of-Key-desk");
        goesOn.SetResult();

        using (var answer = await others)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await answer.Content.ReadAsStringAsync()).Length.ShouldBe(100_004);
        }

        foreach (var one in asked)
        {
            // It ends after what was taken for it was given back.
            using var rest = await one;
            await rest.Content.ReadAsStringAsync();
        }

        using var again = await house.AskAsync();
        again.StatusCode.ShouldBe(HttpStatusCode.OK, "what was taken is given back");
        await house.Journal.Entries.WaitForAsync(entry =>
            entry.Outcome == OutcomeKind.Cut && entry.Detail?.Contains("no room to hold its answer") == true
        );
    }

    [Fact]
    public async Task Unfinished_messages_of_one_caller_leave_room_for_every_other()
    {
        await using var house = await InboundHouse.StartAsync(
            serve: Many,
            // Fifteen such messages would leave no room for the body.
            with: options => options with { MaxBodyBytesInFlight = 1_016_000 }
        );
        house.Agent.Answer = context =>
            context.WebSockets.IsWebSocketRequest ? EchoAsync(context) : ScriptedUpstream.JsonAsync(context, "{}");
        var sockets = new List<ClientWebSocket>();
        try
        {
            for (var i = 0; i < 30; i++)
            {
                var socket = await OpenAsync(house);
                sockets.Add(socket);
                await socket.SendAsync(new byte[60_000], WebSocketMessageType.Binary, endOfMessage: false, Soon());
            }

            var (_, end) = await await Task.WhenAny(sockets.Select(HearAsync));
            end.ShouldBe(WebSocketCloseStatus.PolicyViolation);
            using var answer = await house.AskAsync($"\"{new string('a', 50_000)}\"", InboundHouse.OtherKey);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_without_end_has_the_time_of_a_body(bool isCallers)
    {
        await using var house = await InboundHouse.StartAsync(with: options =>
            options with
            {
                BodyWithin = TimeSpan.FromSeconds(1),
            }
        );
        house.Agent.Answer = async context =>
        {
            using var there = await context.WebSockets.AcceptWebSocketAsync();
            if (!isCallers)
            {
                await there.SendAsync("half a"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: false, Soon());
            }

            await there.ReceiveAsync(new ArraySegment<byte>(new byte[100]), context.RequestAborted);
        };
        using var socket = await OpenAsync(house);
        if (isCallers)
        {
            await socket.SendAsync("half a"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: false, Soon());
        }

        await house.Journal.Entries.WaitForAsync(entry =>
            entry.Outcome == OutcomeKind.Cut && entry.Detail?.Contains("a message took too long") == true
        );
    }

    [Fact]
    public void Nobody_takes_more_than_a_share_and_all_together_no_more_than_there_is()
    {
        var book = new CallerTurns(new CallerLimit(new CallerRate(1, TimeSpan.FromSeconds(1)), 1), TimeProvider.System);
        var bodies = BodiesInFlight.Of(800, 0);
        var shares = Enumerable
            .Range(0, 10)
            .Select(i => bodies.ShareOf(new CallerTurn(book, $"caller {i}"), Heading.Out))
            .ToList();

        shares.Count(share => share.TryTake(100)).ShouldBe(8, "all of it");
        shares[0].TryTake(1).ShouldBeFalse();
        shares[0].Give(50);
        shares[9].TryTake(51).ShouldBeFalse();
        shares[0].TryTake(51).ShouldBeFalse("more than its share");
        (shares[0] with { Way = Heading.Back }).TryTake(50).ShouldBeTrue("the other way is another share");
        (shares[0] with { Way = Heading.Back }).Give(50);
        shares.Take(8).ToList().ForEach(share => share.Give(share == shares[0] ? 50 : 100));

        bodies.Bytes.ShouldBe(0);
    }

    private static async Task HalfAsync(HttpContext context, Task goesOn)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync($"[\"{new string('a', 100_000)}");
        await context.Response.Body.FlushAsync();
        await goesOn.WaitAsync(context.RequestAborted);
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("\"]"));
    }
}
