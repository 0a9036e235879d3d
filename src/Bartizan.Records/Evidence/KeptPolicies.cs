using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Log;

namespace Bartizan.Records.Evidence;

/// <summary>
/// The policies that sessions ran under, each kept once under the digest that the sessions' entries name. A file that doesn't have its
/// digest is none. The manifest beside the normal form is the first that compiled to it: another with other words, comments or names of
/// files may have meant the same.
/// </summary>
public sealed class KeptPolicies(string directory)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Sessions that start together often run under one policy.
    private readonly Lock _turn = new();

    /// <summary>Keeps a policy, durably; one that is kept already stays as it is.</summary>
    /// <exception cref="IOException">When it can't be written.</exception>
    public void Keep(string normalForm, string manifest)
    {
        var digest = Digest.Of(Encoding.UTF8.GetBytes(normalForm));
        lock (_turn)
        {
            if (Find(digest) is not null)
            {
                return;
            }

            Directory.CreateDirectory(directory, Private | UnixFileMode.UserExecute);
            DurableFile.Replace(
                PathOf(digest),
                JsonSerializer.SerializeToUtf8Bytes(
                    new EvidencePolicy(digest.ToString(), normalForm, manifest),
                    EvidenceDocument.Json
                ),
                Private
            );
        }
    }

    /// <summary>The policy of a digest; null when it isn't kept, or its file was changed.</summary>
    public EvidencePolicy? Find(Digest digest)
    {
        var path = PathOf(digest);
        if (digest == default || !File.Exists(path))
        {
            return null;
        }

        try
        {
            var kept = JsonSerializer.Deserialize<EvidencePolicy>(File.ReadAllBytes(path), EvidenceDocument.Json);
            return
                kept is not null
                && kept.Digest == digest.ToString()
                && Digest.Of(Encoding.UTF8.GetBytes(kept.Text)) == digest
                ? kept
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string PathOf(Digest digest) => Path.Combine(directory, $"{digest}.json");
}
