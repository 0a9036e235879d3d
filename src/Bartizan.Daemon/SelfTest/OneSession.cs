using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Approvals;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Daemon.SelfTest;

/// <summary>The self-test's session, its token, and nobody who would approve anything.</summary>
internal sealed class OneSession(Session session, string token) : ISessions, ISessionTokens, IApprovals
{
    private const int TokenLength = 32;

    public bool FleetRunning => true;

    public Session? Find(SessionId id) => id == session.Id ? session : null;

    /// <summary>Makes a token.</summary>
    public static string NewToken() => "selftest-" + RandomNumberGenerator.GetHexString(TokenLength, lowercase: true);

    public SessionId? Verify(ReadOnlySpan<char> presented) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(presented.ToString()),
            Encoding.UTF8.GetBytes(token)
        )
            ? session.Id
            : null;

    public ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(default(Approval));
}
