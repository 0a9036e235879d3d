using System.Security.Cryptography;
using System.Text;
using Bartizan.Guards.Packs;
using Bartizan.Log;
using Bartizan.Log.Checkpoints;

namespace Bartizan.Daemon;

/// <summary>
/// The pack of guards in an instance's state directory: a signed note (C2SP signed-note), and beside it the key that signs packs here.
/// Whose key that is
/// a person says once; a pack by another isn't taken.
/// </summary>
public static class InstalledPack
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads it.</summary>
    /// <param name="home">The state directory.</param>
    /// <returns>The shipped pack where none is installed.</returns>
    /// <exception cref="GuardPackException">It stands there and isn't what its publisher signed: guards don't work by half a
    /// pack.</exception>
    public static GuardPack Load(string home) => Read(home).Pack;

    /// <summary>The same with whose it is, and the digest of the signed file: names and versions are chosen by whoever signs.</summary>
    /// <exception cref="GuardPackException">As <see cref="Load"/>.</exception>
    internal static (GuardPack Pack, string By) Read(string home)
    {
        var path = PackOf(home);
        if (!File.Exists(path))
        {
            return (GuardPack.Shipped, "");
        }

        var publisher =
            PublisherOf(home)
            ?? throw new GuardPackException($"`{path}` stands there without the key of its publisher beside it");
        var note = File.ReadAllText(path);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(note)));
        return (Open(note, publisher), $"{publisher.Name}+{publisher.KeyId:x8}, sha256 {digest}");
    }

    /// <summary>The key that packs of this instance are signed with; null before there is one.</summary>
    /// <exception cref="GuardPackException">The file holds no key.</exception>
    public static NoteVerifier? PublisherOf(string home)
    {
        var path = KeyOf(home);
        return !File.Exists(path) ? null
            : NoteVerifier.TryParse(File.ReadAllText(path), out var key) ? key
            : throw new GuardPackException($"`{path}` holds no key");
    }

    /// <summary>Opens a signed pack.</summary>
    /// <exception cref="GuardPackException">The key didn't sign it, or it is no pack.</exception>
    public static GuardPack Open(string note, NoteVerifier publisher)
    {
        ArgumentNullException.ThrowIfNull(note);
        ArgumentNullException.ThrowIfNull(publisher);
        // A signature stands on lines of its own, beside the pack.
        if (note.Length > GuardPackFile.MaxCharacters + 4096)
        {
            throw new GuardPackException($"the pack is longer than {GuardPackFile.MaxCharacters >> 20} Mi characters");
        }

        return GuardPackFile.Read(
            publisher.Open(note, out var problem) ?? throw new GuardPackException($"the pack {problem}")
        );
    }

    /// <summary>Puts a pack that was opened, and its publisher's key, where the next daemon finds them.</summary>
    public static void Install(string home, string note, NoteVerifier publisher)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        Directory.CreateDirectory(Folder(home), OwnerOnly | UnixFileMode.UserExecute);
        DurableFile.Replace(KeyOf(home), Encoding.UTF8.GetBytes($"{publisher}\n"), OwnerOnly);
        DurableFile.Replace(PackOf(home), Encoding.UTF8.GetBytes(note), OwnerOnly);
    }

    private static string Folder(string home) => Path.Combine(home, "guards");

    private static string PackOf(string home) => Path.Combine(Folder(home), "pack.note");

    private static string KeyOf(string home) => Path.Combine(Folder(home), "publisher.vkey");
}
