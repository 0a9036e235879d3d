using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Sessions;

/// <summary>
/// What agents get instead of credentials: texts that stand for a value in one place of one kind of request, and for nothing elsewhere.
/// <code>
/// ghp_ + mark, sixteen characters of this instance + tag, an HMAC over session, agent, credential and source
/// </code>
/// The mark tells that something is a placeholder, whosever; the tag can't be guessed, and is another for each session. Nothing is kept:
/// they are worked out again. The key lives as long as the instance runs, and no session outlives it.
/// </summary>
public sealed class PlaceholderBook
{
    private const int MarkLength = 16;

    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    private volatile bool _isUsed;

    /// <summary>Makes the book of an instance.</summary>
    public PlaceholderBook() => Mark = Drawn("mark", MarkLength);

    /// <summary>What every placeholder of this instance has in it.</summary>
    public string Mark { get; }

    /// <summary>True once an agent was given one.</summary>
    public bool IsUsed => _isUsed;

    /// <summary>The placeholder of a session's credential; null when its agent gets none.</summary>
    public string? Of(Session session, string credential)
    {
        ArgumentNullException.ThrowIfNull(session);
        var owner = session.Parent ?? session;
        return owner.Manifest.Credentials.GetValueOrDefault(credential) is { Variable: not null } source
            ? Shaped(source.Shape, length => Tag(owner, source, length))
            : null;
    }

    /// <summary>The variables by which a session's agent gets them.</summary>
    public IReadOnlyDictionary<string, string> VariablesOf(Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        var given = session
            .Manifest.Credentials.Values.Where(source => source.Variable is not null)
            .ToDictionary(source => source.Variable!, source => Of(session, source.Name)!, StringComparer.Ordinal);
        _isUsed |= given.Count > 0;
        return given;
    }

    private string Shaped(PlaceholderShape shape, Func<int, string> marked) =>
        shape switch
        {
            PlaceholderShape.GitHub => $"ghp_{marked(36)}",
            PlaceholderShape.OpenAI => $"sk-{marked(48)}",
            PlaceholderShape.Anthropic => $"sk-ant-api03-{marked(93)}AA",
            PlaceholderShape.Jwt =>
                $"{Part("""{"alg":"HS256","typ":"JWT"}""")}.{Part("""{"sub":"placeholder"}""")}.{marked(43)}",
            _ => marked(40),
        };

    private static string Part(string json) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    // INVARIANT: at least twenty letters of the tag: 119 bits.
    private string Tag(Session session, CredentialSource source, int length) =>
        Mark
        + Drawn(
            string.Join(
                '\n',
                new[]
                {
                    session.Id.ToString(),
                    session.Agent,
                    source.Name,
                    source.Origin.ToString(),
                    source.Locator,
                }.Select(part => $"{part.Length}:{part}")
            ),
            length - MarkLength
        );

    private string Drawn(string of, int length)
    {
        var drawn = new StringBuilder(length);
        var bytes = HKDF.Expand(HashAlgorithmName.SHA256, _key, 1024, Encoding.UTF8.GetBytes(of));
        foreach (var b in bytes)
        {
            // The largest multiple of 62 in a byte: no letter is likelier than another.
            if (b < 248 && drawn.Length < length)
            {
                drawn.Append(Letters[b % Letters.Length]);
            }
        }

        return drawn.ToString();
    }
}
