using Bartizan.Client.Providers;
using Bartizan.Client.Vaults;
using Bartizan.Core.Entries;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Daemon.Providers;
using Bartizan.Daemon.Vaults;
using Bartizan.Records.Journals;
using Bartizan.Vault.Tests.Providers.OAuth;

namespace Bartizan.Daemon.Tests.Providers;

/// <summary>A person signs in on another device, and whoever waits for it hangs up, or the instance ends, at the wrong moment.</summary>
public sealed class SignInDeskTests : IAsyncLifetime
{
    private const string Path = "idp/refresh";

    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-sign-in-").FullName;
    private readonly ManualClock _clock = new();
    private readonly MemoryJournal _journal = new();
    private readonly TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OwnOAuth _there = null!;
    private StateDirectory _state = null!;
    private VaultDesk _vault = null!;
    private SignInDesk _desk = null!;

    private string Manifest => System.IO.Path.Combine(_home, "agent.yaml");

    public async ValueTask InitializeAsync()
    {
        _there = await OwnOAuth.StartAsync();
        (_there.IsPublic, _there.Clock) = (true, _clock);
        _there.Wire.Before = path => path == "/token" && _came.TrySetResult() ? _gate.Task : Task.CompletedTask;
        _state = StateDirectory.Take(System.IO.Path.Combine(_home, "state"))!;
        _vault = new VaultDesk(_state, _journal, RecordedVault.Nothing, _clock);
        _desk = new SignInDesk(_vault, _clock);
        await AskVaultAsync(
            new VaultRequest
            {
                Verb = VaultVerb.Init,
                Source = VaultKeySource.KeyFile,
                Place = System.IO.Path.Combine(_home, "vault.key"),
            }
        );
        await File.WriteAllTextAsync(
            Manifest,
            $$"""
            apiVersion: bartizan/v1
            agent: tried
            version: 1
            owner: tests@example.com
            description: An agent of a test.
            providers:
              idp: { kind: oauth, url: "{{_there.Issuer}}", auth: { client: "{{OwnOAuth.Client}}" }, refresh: again }
            credentials:
              again: { from: "vault:{{Path}}" }
              api: { from: "provider:idp/token#access_token", params: { scope: orders.read } }
            rules:
              - allow: http GET https://api.example/**
                with: api
                why: What it works with.
            """
        );
    }

    public async ValueTask DisposeAsync()
    {
        _gate.TrySetResult();
        _vault.Dispose();
        _state.Dispose();
        await _there.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Who_hangs_up_while_the_server_answers_loses_nothing_of_what_the_person_consented_to()
    {
        using var hangingUp = new CancellationTokenSource();
        var waited = await UnderWayAsync(hangingUp.Token);

        await hangingUp.CancelAsync();
        _gate.SetResult();

        (await waited.WaitAsync(s_soon)).Says.ShouldStartWith("signed in;");
        await ShouldBeKeptAsync();
    }

    [Fact]
    public async Task The_end_of_the_instance_waits_for_an_answer_that_is_under_way()
    {
        var waited = await UnderWayAsync(CancellationToken.None);

        var ending = _desk.DisposeAsync().AsTask();
        ending.IsCompleted.ShouldBeFalse();
        _gate.SetResult();

        await ending.WaitAsync(s_soon);
        (await waited).Says.ShouldStartWith("signed in;");
        await ShouldBeKeptAsync();
    }

    [Fact]
    public async Task The_end_of_the_instance_waits_no_longer_than_five_seconds()
    {
        var waited = await UnderWayAsync(CancellationToken.None);

        var ending = _desk.DisposeAsync().AsTask();
        await _clock.WhenWaitedForAsync(s_pace);
        _clock.Advance(s_pace);

        await ending.WaitAsync(s_soon);
        waited.IsCompleted.ShouldBeFalse();
        _gate.SetResult();
        await waited.WaitAsync(s_soon);
    }

    [Fact]
    public async Task A_sign_in_that_nothing_was_asked_for_ends_with_the_instance_at_once()
    {
        var ticket = await BeginAsync();
        var waited = WaitAsync(ticket, CancellationToken.None);
        await _clock.WhenWaitedForAsync(s_pace);

        await _desk.DisposeAsync().AsTask().WaitAsync(s_soon);

        await Should.ThrowAsync<OperationCanceledException>(async () => await waited);
        _there.Wire.Asked.ShouldNotContain("POST /token");
        _there.RefreshTokens.ShouldBeEmpty();
    }

    private async Task<Task<SignInReply>> UnderWayAsync(CancellationToken cancellationToken)
    {
        var ticket = await BeginAsync();
        var waited = WaitAsync(ticket, cancellationToken);
        await _clock.WhenWaitedForAsync(s_pace);
        _clock.Advance(s_pace);
        await _came.Task.WaitAsync(s_soon, TestContext.Current.CancellationToken);
        return waited;
    }

    private async Task ShouldBeKeptAsync()
    {
        _there.RefreshTokens.Count.ShouldBe(1);
        var listed = await AskVaultAsync(new VaultRequest { Verb = VaultVerb.List });
        listed.Credentials.ShouldHaveSingleItem().Path.ShouldBe(Path);
        _journal.Of(EntryKind.Vault).ShouldContain(e => e.Detail!.StartsWith("set;", StringComparison.Ordinal));
        _there.Wire.Asked.ShouldNotContain("POST /revoke");
    }

    private async Task<string> BeginAsync() =>
        (await _desk.AnswerAsync(Request(null), "alice", TestContext.Current.CancellationToken)).Ticket;

    private Task<SignInReply> WaitAsync(string ticket, CancellationToken cancellationToken) =>
        _desk.AnswerAsync(Request(ticket), "alice", cancellationToken);

    private SignInRequest Request(string? ticket) =>
        new()
        {
            Manifest = Manifest,
            Provider = "idp",
            Ticket = ticket,
        };

    private Task<VaultReply> AskVaultAsync(VaultRequest request) =>
        _vault.AnswerAsync(request, "alice", CancellationToken.None);
}
