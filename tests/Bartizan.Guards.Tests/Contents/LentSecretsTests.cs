using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Contents;

namespace Bartizan.Guards.Tests.Contents;

public sealed class LentSecretsTests : TimeProvider, ICredentialLender
{
    private readonly List<string> _values = [];
    private TimeSpan _now;

    [Fact]
    public async Task A_secret_that_was_revoked_is_looked_for_further_on_beside_those_that_came_later()
    {
        var lent = new LentSecrets(this, this);
        var session = new House("{ output: { secrets: block } }").Session;
        _values.Add("sk-one-4d1c9a7e22f0b853");
        await lent.ReadAsync(session, default);
        _values[0] = "sk-two-90ab5518c3de7f64";
        _now += TimeSpan.FromMinutes(1);
        await lent.ReadAsync(session, default);
        _values.Clear();
        _now += TimeSpan.FromMinutes(1);

        var index = (await lent.ReadAsync(session, default)).ShouldNotBeNull();

        index.Find("it is sk-one-4d1c9a7e22f0b853 it is").ShouldBeGreaterThan(0);
        index.Find("it is sk-two-90ab5518c3de7f64 it is").ShouldBeGreaterThan(0);
        index.Find("it is sk-3rd-77ab5518c3de7f64 it is").ShouldBe(-1);
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public ValueTask<ILease> LendAsync(SessionId session, string name, Uri? to, CancellationToken cancellationToken) =>
        throw new CredentialUnavailableException("only to compare with");

    public ValueTask CompareAsync(
        SessionId session,
        string name,
        Action<ReadOnlyMemory<char>> look,
        CancellationToken cancellationToken
    )
    {
        foreach (var value in _values)
        {
            look(value.AsMemory());
        }

        return _values.Count == 0
            ? ValueTask.FromException(new CredentialUnavailableException("the vault is sealed"))
            : ValueTask.CompletedTask;
    }
}
