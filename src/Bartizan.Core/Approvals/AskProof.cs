using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Core.Approvals;

/// <summary>
/// What ties an answer to one ask of one action. INVARIANT: the digest says nothing to who has only the log: arguments are often few,
/// and a digest over them alone could be guessed. Who has the encrypted payload of the answer's entry, where the salt
/// stands, can compute it again from the action. <c>SHA-256("ask NUMBER SALT ACTION")</c>, in ASCII; the action's own digest is
/// <see cref="AgentAction.ComputeDigest"/>.
/// </summary>
/// <param name="Number">The ask's number, so that no two asks of equal actions are one.</param>
/// <param name="Salt">Random digits; fresh for each ask.</param>
/// <param name="Action">The action's own digest.</param>
public sealed record AskProof(long Number, string Salt, Digest Action)
{
    /// <summary>The role of the payload.</summary>
    public const string Role = "ask";

    // As long as the digest: guessing it is no easier than breaking that.
    private const int SaltBytes = 32;

    /// <summary>What the answer is bound to.</summary>
    public Digest Digest => Digest.Of(Encoding.ASCII.GetBytes($"ask {Number} {Salt} {Action}"));

    /// <summary>Makes one.</summary>
    public static AskProof Of(long number, AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return new AskProof(
            number,
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SaltBytes)),
            action.ComputeDigest()
        );
    }

    /// <summary>The digest of something that was said about the action, which as little can be guessed.</summary>
    public Digest DigestOf(ReadOnlySpan<byte> said) =>
        Digest.Of(Encoding.ASCII.GetBytes($"draft {Number} {Salt} {Digest.Of(said)}"));

    /// <summary>The payload that the answer's entry carries.</summary>
    public Payload ToPayload()
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteNumber("ask"u8, Number);
            json.WriteString("salt"u8, Salt);
            json.WriteString("action"u8, Action.ToString());
            json.WriteEndObject();
        }

        return new Payload(Role, "application/json", body.ToArray());
    }
}
