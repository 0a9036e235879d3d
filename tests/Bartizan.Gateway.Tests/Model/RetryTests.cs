using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Model;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>A call is tried again where the manifest says so, and only before anything came of it.</summary>
public sealed class RetryTests : IAsyncLifetime
{
    private const string Claude = """{"model":"claude-test","messages":[]}""";
    private const string Path = "/v1/messages";

    private ScriptedUpstream _first = null!;
    private ScriptedUpstream _second = null!;

    public async ValueTask InitializeAsync()
    {
        _first = await ScriptedUpstream.StartAsync();
        _second = await ScriptedUpstream.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_word_in_the_manifest_an_error_passes_as_it_is()
    {
        await using var house = await StartAsync("");
        _first.Answer = context => OverloadedAsync(context, 529);

        using var answer = await house.SendAsync(Path, Claude);

        ((int)answer.StatusCode).ShouldBe(529);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.Zero);
        _first.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(529)]
    public async Task What_was_not_done_is_tried_again_and_each_try_stands_in_the_entry(int status)
    {
        await using var house = await StartAsync("retry: { tries: 3, within: 30s }");
        _first.Answer = context =>
            _first.Requests.Count < 3
                ? OverloadedAsync(context, status)
                : ScriptedUpstream.JsonAsync(context, "{\"content\":[]}");

        using var answer = await house.SendAsync(Path, Claude);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        _first.Requests.Count.ShouldBe(3);
        var outcome = await house.Journal.OutcomeAsync();
        outcome.Outcome.ShouldBe(OutcomeKind.Done);
        outcome.Detail!.ShouldStartWith($"200; tried before: {status} at {_first.Url.Authority}, {status} at");
        outcome.Usage!.BytesOut.ShouldBe(3 * Claude.Length);
        house.Journal.Entries.Count(e => e.Kind == EntryKind.Intent).ShouldBe(1);
    }

    [Fact]
    public async Task The_number_of_tries_is_bounded_and_the_last_answer_passes()
    {
        await using var house = await StartAsync("retry: { tries: 2, within: 30s }");
        _first.Answer = context => OverloadedAsync(context, 429);

        using var answer = await house.SendAsync(Path, Claude);

        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("{\"error\":\"busy\"}");
        _first.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_wait_that_is_asked_for_and_too_long_is_the_clients_to_keep()
    {
        await using var house = await StartAsync("retry: { tries: 5, within: 10s }");
        _first.Answer = context => OverloadedAsync(context, 429, "3600");

        using var answer = await house.SendAsync(Path, Claude);

        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromHours(1));
        _first.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(500)]
    [InlineData(502)]
    public async Task What_may_have_been_done_or_can_not_help_is_not_tried_again(int status)
    {
        await using var house = await StartAsync("retry: { tries: 3 }");
        _first.Answer = context => OverloadedAsync(context, status);

        using var answer = await house.SendAsync(Path, Claude);

        ((int)answer.StatusCode).ShouldBe(status);
        _first.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_provider_that_says_not_to_is_not_asked_again()
    {
        await using var house = await StartAsync("retry: { tries: 3 }");
        _first.Answer = context =>
        {
            context.Response.Headers["x-should-retry"] = "false";
            return OverloadedAsync(context, 429);
        };

        using var answer = await house.SendAsync(Path, Claude);

        _first.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_stream_that_breaks_after_its_first_byte_is_never_tried_again()
    {
        await using var house = await StartAsync("retry: { tries: 3 }");
        var passed = new TaskCompletionSource();
        _first.Answer = async context =>
        {
            await ScriptedUpstream.StreamAsync(context, "data: 1\n\n");
            await passed.Task;
            context.Abort();
        };
        using var answer = await house.SendAsync(Path, Claude);
        var body = await answer.Content.ReadAsStreamAsync();
        var piece = new byte[100];
        (await body.ReadAsync(piece)).ShouldBe(9);
        passed.SetResult();

        await Should.ThrowAsync<IOException>(async () => (await body.ReadAsync(piece)).ShouldBe(-1));

        _first.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_address_of_a_pool_is_tried_at_once_and_the_failing_one_is_passed_over()
    {
        await using var house = await StartAsync($"pool: [\"{_second.Url}\"]");
        _first.Answer = context => OverloadedAsync(context, 503, "3600");

        for (var i = 0; i < 3; i++)
        {
            using var answer = await house.SendAsync(Path, Claude);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        _first.Requests.Count.ShouldBe(1);
        _second.Requests.Count.ShouldBe(3);
        _second.Requests.First().Headers["x-api-key"].ShouldBe(GatewayUnderTest.ProviderKey);
    }

    [Fact]
    public async Task An_address_that_can_not_be_reached_is_followed_by_the_next()
    {
        await using var house = await StartAsync($"pool: [\"{_second.Url}\"]");
        await _first.DisposeAsync();

        using var answer = await house.SendAsync(Path, Claude);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var outcome = await house.Journal.OutcomeAsync();
        outcome.Detail!.ShouldContain("not reached at");
        outcome.Usage!.BytesOut.ShouldBe(Claude.Length);
    }

    [Fact]
    public async Task After_a_kill_no_further_try_leaves()
    {
        await using var house = await StartAsync("retry: { tries: 3 }");
        _first.Answer = context =>
        {
            house.MineControl.End();
            return OverloadedAsync(context, 429);
        };

        await Should.ThrowAsync<Exception>(async () => (await house.SendAsync(Path, Claude)).EnsureSuccessStatusCode());

        _first.Requests.Count.ShouldBe(1);
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Cut);
    }

    [Fact]
    public async Task While_the_session_is_paused_no_further_try_leaves()
    {
        await using var house = await StartAsync("retry: { tries: 3 }");
        var paused = new TaskCompletionSource();
        _first.Answer = context =>
        {
            if (_first.Requests.Count > 1)
            {
                return ScriptedUpstream.JsonAsync(context, "{\"content\":[]}");
            }

            house.MineControl.Pause().ShouldBeTrue();
            paused.SetResult();
            return OverloadedAsync(context, 429);
        };

        var answering = house.SendAsync(Path, Claude);
        await paused.Task;
        (await Task.WhenAny(answering, Task.Delay(TimeSpan.FromSeconds(1.5)))).ShouldNotBe(answering);
        _first.Requests.Count.ShouldBe(1);

        house.MineControl.Resume().ShouldBeTrue();
        (await answering).StatusCode.ShouldBe(HttpStatusCode.OK);
        _first.Requests.Count.ShouldBe(2);
    }

    private static Task OverloadedAsync(HttpContext context, int status, string after = "0")
    {
        context.Response.Headers.RetryAfter = after;
        return ScriptedUpstream.JsonAsync(context, "{\"error\":\"busy\"}", status);
    }

    private Task<GatewayUnderTest> StartAsync(string terms) =>
        GatewayUnderTest.StartAsync(
            _first.Url,
            new ModelGatewayOptions(),
            $$"""
            apiVersion: bartizan/v1
            agent: tester
            version: 1
            owner: tests@example.com
            environment: development
            models:
              anthropic: { api: anthropic, url: "{{_first.Url}}", with: provider-key{{(
                terms.Length > 0 ? ", " : ""
            )}}{{terms}} }
            credentials:
              provider-key: { from: env:PROVIDER_KEY }
            rules:
              - allow: model anthropic/claude-*
                why: Tests call it.
            """
        );
}
