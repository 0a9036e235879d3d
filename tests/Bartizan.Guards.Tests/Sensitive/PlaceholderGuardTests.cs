using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Tests.Sensitive;

public sealed class PlaceholderGuardTests : ISessions, IJournal
{
    private readonly List<Entry> _entries = [];
    private readonly PlaceholderBook _book = new();
    private readonly PlaceholderGuard _guard;
    private readonly Session _session;

    public PlaceholderGuardTests()
    {
        _guard = new PlaceholderGuard(this, _book, new PlaceholderFindings(this));
        var manifest = new Manifest
        {
            Agent = "tester",
            Version = 1,
            Layers = [new RuleLayer("manifest", false, [])],
            Credentials = ImmutableDictionary<string, CredentialSource>.Empty.Add(
                "token",
                new CredentialSource("token", CredentialOrigin.Vault, "a/b") { Variable = "TOKEN" }
            ),
        };
        _session = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "ann", false).Session;
    }

    public bool FleetRunning => true;

    public Session? Find(SessionId id) => _session;

    public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        _entries.Add(entry);
        return ValueTask.FromResult(0L);
    }

    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        _entries.Add(entry);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_placeholder_in_a_tools_arguments_is_refused_and_found_in_any_form()
    {
        var own = _book.VariablesOf(_session)["TOKEN"];
        string[] forms =
        [
            own,
            Convert.ToBase64String(Encoding.ASCII.GetBytes(own)),
            Convert.ToHexString(Encoding.ASCII.GetBytes(own)),
            string.Concat(own.Select(c => $"\\u{(int)c:x4}")),
        ];
        foreach (var form in forms)
        {
            var action = Call($$"""{"text":"{{form}}"}""");
            _guard.Concerns(_session, action).ShouldBeTrue();

            (await _guard.InspectAsync(action, CancellationToken.None)).Strictest.ShouldBe(Effect.Deny);
        }

        _entries.Count.ShouldBe(forms.Length);
        _entries.ShouldAllBe(e => e.Kind == EntryKind.Finding && e.Detail == "placeholder-misplaced high 1");
        _entries[0].ToString().ShouldNotContain(own);
    }

    [Fact]
    public async Task Other_arguments_pass_and_where_no_placeholder_was_given_out_nothing_is_looked_at()
    {
        _guard.Concerns(_session, Call("{}")).ShouldBeFalse();
        _book.VariablesOf(_session);

        (
            await _guard.InspectAsync(Call("""{"text":"ghp_0123456789abcdefghijklmnopqrstuvwxyz"}"""), default)
        ).Strictest.ShouldBe(Effect.Allow);
        _entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_flood_of_findings_is_bounded_and_each_is_refused()
    {
        var action = Call(_book.VariablesOf(_session)["TOKEN"]);
        for (var i = 0; i < PlaceholderFindings.MaxOfSession + 5; i++)
        {
            (await _guard.InspectAsync(action, default)).Strictest.ShouldBe(Effect.Deny);
        }

        _entries.Count.ShouldBe(PlaceholderFindings.MaxOfSession);
    }

    private AgentAction Call(string arguments) =>
        new()
        {
            Session = _session.Id,
            Target = new ToolTarget("a", "b"),
            Point = AgentAction.ToolPoint,
            Payloads = [new Payload("arguments", "application/json", Encoding.UTF8.GetBytes(arguments))],
        };
}
