using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Gateway.Inbound;
using Bartizan.Gateway.Tests.Tools;
using Microsoft.AspNetCore.Http;
using static Bartizan.Gateway.Tests.Inbound.SocketTalk;

namespace Bartizan.Gateway.Tests.Inbound.Attacks;

/// <summary>Callers who let an answer go on for longer than they are let in.</summary>
public sealed class LastingAnswerTests
{
    private const string SignIn = """
            oidc: "https://login.example"
            audience: support-agent
            user: { region: region }
        """;

    private static readonly TimeSpan s_holds = TimeSpan.FromSeconds(40);
    private readonly ManualClock _clock = new() { Start = StandingClock.Start };
    private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task No_stream_of_events_outlives_its_callers_token()
    {
        using var desk = new SignedIn { Holds = s_holds };
        await using var house = await StartAsync(desk, "text/event-stream", "data: {\"n\":1}\n\n");
        using var answer = await house.AskAsync(key: desk.TokenOf("alice", "eu"));
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync(Soon())).ShouldBe("data: {\"n\":1}");

        _clock.Advance(s_holds + TimeSpan.FromSeconds(1));

        await EndsAsync(reader);
        await house.Journal.Entries.WaitForAsync(entry =>
            entry.Outcome == OutcomeKind.Cut && entry.Detail?.Contains("credential holds no longer") == true
        );
    }

    [Fact]
    public async Task Nor_a_withdrawn_key_or_a_forgotten_user()
    {
        using var desk = new SignedIn();
        await using var house = await StartAsync(desk, "text/event-stream", "data: {\"n\":1}\n\n");
        using var answer = await house.AskAsync(key: desk.TokenOf("alice", "eu"));
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync(Soon())).ShouldBe("data: {\"n\":1}");

        (desk.IsTakenBack, desk.Forgotten) = (true, 1);
        _clock.Advance(CallerStanding.LookedEvery);

        await EndsAsync(reader);
        await house.Journal.Entries.WaitForAsync(entry =>
            entry.Outcome == OutcomeKind.Cut && entry.Detail?.Contains("isn't let in any more") == true
        );
    }

    [Fact]
    public async Task An_answer_that_is_no_stream_is_given_whole_and_cut_only_where_it_goes_on_for_long()
    {
        using var desk = new SignedIn { Holds = s_holds };
        await using var house = await StartAsync(desk, "text/plain", "half ", "and half");
        using var answer = await house.AskAsync(key: desk.TokenOf("alice", "eu"));
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await ReadAsync(reader, "half ".Length);

        _clock.Advance(s_holds + TimeSpan.FromSeconds(1));
        _goesOn.SetResult();

        (await reader.ReadToEndAsync(Soon())).ShouldBe("and half");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_answer_that_is_no_stream_ends_when_it_goes_on_for_longer_than_that()
    {
        using var desk = new SignedIn { Holds = s_holds };
        await using var house = await StartAsync(desk, "text/plain", "half ", "and half");
        using var answer = await house.AskAsync(key: desk.TokenOf("alice", "eu"));
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await ReadAsync(reader, "half ".Length);

        _clock.Advance(CallerStanding.LookedEvery);

        await EndsAsync(reader);
        await house.Journal.Entries.WaitForAsync(entry =>
            entry.Outcome == OutcomeKind.Cut && entry.Detail?.Contains("credential holds no longer") == true
        );
    }

    private static async Task ReadAsync(StreamReader reader, int length)
    {
        var read = 0;
        while (read < length)
        {
            read += await reader.ReadAsync(new char[length - read], Soon());
        }
    }

    private static async Task EndsAsync(StreamReader reader)
    {
        var end = await Should.ThrowAsync<Exception>(async () => await reader.ReadToEndAsync(Soon()));
        end.ShouldNotBeAssignableTo<OperationCanceledException>("it goes on");
    }

    private async Task<InboundHouse> StartAsync(SignedIn desk, string type, string first, string last = "")
    {
        var house = await InboundHouse.StartAsync(
            callers: SignIn,
            clock: _clock,
            with: options => options with { Tokens = desk, Users = desk }
        );
        house.Agent.Answer = async context =>
        {
            context.Response.ContentType = type;
            await context.Response.WriteAsync(first);
            await context.Response.Body.FlushAsync();
            await _goesOn.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(last);
        };
        return house;
    }
}
