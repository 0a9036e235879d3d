using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Witnessing;

/// <summary>
/// Reads C2SP tlog-policy, line by line. Bytes with the high bit set are opaque (Latin-1 keeps them apart); what isn't in the
/// specification is an error.
/// </summary>
internal sealed class WitnessPolicyReader
{
    private static readonly char[] s_blanks = [' ', '\t'];
    private readonly ImmutableArray<PolicyLog>.Builder _logs = ImmutableArray.CreateBuilder<PolicyLog>();
    private readonly ImmutableArray<PolicyWitness>.Builder _witnesses = ImmutableArray.CreateBuilder<PolicyWitness>();
    private readonly ImmutableArray<PolicyGroup>.Builder _groups = ImmutableArray.CreateBuilder<PolicyGroup>();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private string? _quorum;
    private int _line;

    public WitnessPolicy Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > WitnessPolicy.MaxBytes)
        {
            throw new WitnessPolicyException($"a policy is longer than {WitnessPolicy.MaxBytes} bytes");
        }

        var text = Encoding.Latin1.GetString(file);
        if (text.Length > 0 && !text.EndsWith('\n'))
        {
            throw new WitnessPolicyException("the last line doesn't end in a newline");
        }

        foreach (var line in text.Split('\n')[..^1])
        {
            _line++;
            if (line.Any(c => c is (< ' ' and not '\t') or '\x7f'))
            {
                throw Wrong("a control character stands in it");
            }

            var words = line.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && words[0][0] != '#')
            {
                Read(words);
            }
        }

        return _quorum is null
            ? throw new WitnessPolicyException("there is no `quorum` line")
            : new WitnessPolicy(
                _logs.ToImmutable(),
                _witnesses.ToImmutable(),
                _groups.ToImmutable(),
                _quorum,
                Encoding.UTF8.GetString(file)
            );
    }

    private void Read(string[] words)
    {
        switch (words)
        {
            case ["log", var key]:
                ReadLog(key, null);
                break;
            case ["log", var key, var url]:
                ReadLog(key, url);
                break;
            case ["witness", var name, var key]:
                ReadWitness(name, key, null);
                break;
            case ["witness", var name, var key, var url]:
                ReadWitness(name, key, url);
                break;
            case ["group", var name, var least, .. { Length: > 0 } members]:
                ReadGroup(name, least, members);
                break;
            case ["quorum", var name]:
                ReadQuorum(name);
                break;
            default:
                throw Wrong($"`{words[0]}` starts no line like this; there are `log`, `witness`, `group` and `quorum`");
        }
    }

    private void ReadLog(string text, string? url)
    {
        if (!NoteVerifier.TryParse(Utf8(text), out var key))
        {
            throw Wrong("it has no key of a log: `name+keyid+base64`, Ed25519 (type 1)");
        }

        if (!_keys.Add("log " + key.PublicKey) || _logs.Count == WitnessPolicy.MaxNames)
        {
            throw Wrong($"the key of `{key.Name}` stands twice, or there are more than {WitnessPolicy.MaxNames} logs");
        }

        _logs.Add(new PolicyLog(key, url));
    }

    private void ReadWitness(string name, string text, string? url)
    {
        if (!CosignatureVerifier.TryParse(Utf8(text), out var key))
        {
            throw Wrong("it has no key of a witness: `name+keyid+base64`, cosignatures by Ed25519 (type 4)");
        }

        Uri? address = null;
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out address) && IsHttp(address)))
        {
            throw Wrong($"`{url}` is no address: it must start with `https://`, or `http://` on loopback");
        }

        if (!_keys.Add("witness " + key.PublicKey) || _witnesses.Count == WitnessPolicy.MaxNames)
        {
            throw Wrong($"the key of `{name}` stands twice, or there are more than {WitnessPolicy.MaxNames} witnesses");
        }

        Define(name);
        _witnesses.Add(new PolicyWitness(name, key, address));
    }

    private void ReadGroup(string name, string least, string[] members)
    {
        var k = least switch
        {
            "any" => 1,
            "all" => members.Length,
            _ => int.TryParse(least, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0,
        };
        if (k < 1 || k > members.Length)
        {
            throw Wrong($"`{least}` of {members.Length} members can't be: `any`, `all`, or 1 to {members.Length}");
        }

        foreach (var member in members)
        {
            if (!_names.Contains(member))
            {
                throw Wrong($"`{member}` is defined on no line before");
            }

            if (!_used.Add(member))
            {
                throw Wrong($"`{member}` is a member already: a witness counts once");
            }
        }

        if (_groups.Count == WitnessPolicy.MaxNames)
        {
            throw Wrong($"there are more than {WitnessPolicy.MaxNames} groups");
        }

        Define(name);
        _groups.Add(new PolicyGroup(name, k, [.. members]));
    }

    private void ReadQuorum(string name)
    {
        if (_quorum is not null)
        {
            throw Wrong("there is a `quorum` line already");
        }

        _quorum =
            name == WitnessPolicy.None || _names.Contains(name)
                ? name
                : throw Wrong($"`{name}` is defined on no line before");
    }

    private void Define(string name)
    {
        if (name == WitnessPolicy.None || !_names.Add(name))
        {
            throw Wrong($"`{name}` is defined already");
        }
    }

    // Checkpoints carry sizes and roots, nothing secret; but who can change them on the way can keep a witness from its log.
    private static bool IsHttp(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    private static string Utf8(string latin1) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(latin1));

    private WitnessPolicyException Wrong(string how) =>
        new(string.Create(CultureInfo.InvariantCulture, $"line {_line}: {how}"));
}
