using System.Runtime.CompilerServices;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Contents;

/// <summary>
/// The secrets that a session's manifest names, as hashes, read anew every little while because files change. One that was known is looked
/// for until the session ends, whatever becomes of it where it came from.
/// </summary>
internal sealed class LentSecrets(ICredentialLender lender, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(15);

    private readonly ConditionalWeakTable<Session, Known> _known = [];

    /// <summary>What is known of a session's secrets; null before it was first read.</summary>
    public SecretIndex? Of(Session session) => _known.TryGetValue(session, out var known) ? known.Index : null;

    /// <summary>Reads them when that is due.</summary>
    public async ValueTask<SecretIndex?> ReadAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Manifest.Credentials.IsEmpty)
        {
            return null;
        }

        if (_known.TryGetValue(session, out var known) && clock.GetElapsedTime(known.Read) < Fresh)
        {
            return known.Index;
        }

        var secrets = new List<string>();
        foreach (var name in session.Manifest.Credentials.Keys)
        {
            try
            {
                await lender
                    .CompareAsync(session.Id, name, secret => secrets.Add(secret.ToString()), cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (CredentialUnavailableException)
            {
                // What was known before is looked for further on; what nobody had can't leak.
            }
        }

        known = new Known(SecretIndex.Of(secrets, known?.Index), clock.GetTimestamp());
        _known.AddOrUpdate(session, known);
        return known.Index;
    }

    private sealed record Known(SecretIndex Index, long Read);
}
