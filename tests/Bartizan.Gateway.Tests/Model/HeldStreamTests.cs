using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Model;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>A pause holds what streams; an upstream's silence ends.</summary>
public sealed class HeldStreamTests : IAsyncLifetime
{
    private const string Claude = """{"model":"claude-test","messages":[]}""";
    private static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(1);

    private ScriptedUpstream _upstream = null!;
    private GatewayUnderTest _house = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        _house = await GatewayUnderTest.StartAsync(_upstream.Url, new ModelGatewayOptions { SilentFor = SilentFor });
    }

    public async ValueTask DisposeAsync()
    {
        await _house.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task A_paused_sessions_stream_is_held_however_long_and_goes_on_afterwards()
    {
        var more = new TaskCompletionSource();
        var sent = new TaskCompletionSource();
        _upstream.Answer = async context =>
        {
            await ScriptedUpstream.StreamAsync(context, "data: 1\n\n");
            await more.Task;
            await ScriptedUpstream.StreamAsync(context, "data: 2\n\n");
            sent.SetResult();
        };
        using var answer = await _house.SendAsync("/v1/messages", Claude);
        var body = await answer.Content.ReadAsStreamAsync();
        var piece = new byte[100];
        (await body.ReadAsync(piece)).ShouldBe(9);

        _house.MineControl.Pause().ShouldBeTrue();
        var next = body.ReadAsync(piece).AsTask();
        more.SetResult();
        await sent.Task;
        (await Task.WhenAny(next, Task.Delay(1.5 * SilentFor))).ShouldNotBe(next);
        _house.MineControl.Resume().ShouldBeTrue();

        Encoding.UTF8.GetString(piece, 0, await next).ShouldBe("data: 2\n\n");
    }

    [Fact]
    public async Task An_upstream_that_falls_silent_is_cut_off()
    {
        var end = new TaskCompletionSource();
        _upstream.Answer = async context =>
        {
            await ScriptedUpstream.StreamAsync(context, "data: 1\n\n");
            await using var registration = context.RequestAborted.Register(() => end.TrySetResult());
            await end.Task;
        };
        using var answer = await _house.SendAsync("/v1/messages", Claude);
        var body = await answer.Content.ReadAsStreamAsync();
        var piece = new byte[100];
        (await body.ReadAsync(piece)).ShouldBe(9);

        await Should.ThrowAsync<IOException>(async () => (await body.ReadAsync(piece)).ShouldBe(-1));

        await end.Task.WaitAsync(Wait.Long);
        (await _house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Failed);
    }
}
