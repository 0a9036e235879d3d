using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Contents;

/// <summary>
/// How often a session tried to send what is one of its credentials. Each refusal tells it that it guessed right or has one: after so many
/// every content of it is refused, unread, so that a refusal tells nothing any more.
/// </summary>
internal sealed class CredentialTries
{
    /// <summary>Different contents of one session that may be refused for a credential in them.</summary>
    private const int MaxTries = 64;

    /// <summary>What is said of every content from then on.</summary>
    public static GuardReport Refusal { get; } =
        new(Effect.Deny, Labels.None, [$"{Says} ({MaxTries} times)"])
        {
            Verdicts = [$"lent_secrets/{SensitiveGuard.Version} unread, {MaxTries} contents held a credential, block"],
            Told = $"{Says}: end it, and begin another",
        };

    private const string Says = "this session tried too often to send one of its credentials";

    private readonly ConditionalWeakTable<Session, HashSet<ulong>> _tries = [];

    /// <summary>True when the session tried too often.</summary>
    public bool AreOver(Session session)
    {
        if (!_tries.TryGetValue(session, out var tries))
        {
            return false;
        }

        lock (tries)
        {
            return tries.Count >= MaxTries;
        }
    }

    /// <summary>Counts one; the same content counts once, a client that sends it again guesses nothing.</summary>
    /// <param name="session">Whose it is.</param>
    /// <param name="action">What was sent.</param>
    /// <param name="told">What was done about a credential in it; null for none, and whoever is only reported isn't told.</param>
    public void Count(Session session, AgentAction action, GuardAction? told)
    {
        if (told is null or GuardAction.Report)
        {
            return;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(action.Target.Text));
        foreach (var payload in action.Payloads.IsDefault ? [] : action.Payloads)
        {
            hash.AppendData(payload.Content.Span);
        }

        var tries = _tries.GetOrCreateValue(session);
        lock (tries)
        {
            if (tries.Count < MaxTries)
            {
                tries.Add(BitConverter.ToUInt64(hash.GetHashAndReset()));
            }
        }
    }
}
