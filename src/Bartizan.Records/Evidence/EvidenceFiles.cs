using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bartizan.Log.Tree;

namespace Bartizan.Records.Evidence;

/// <summary>
/// A bundle as a file: a zip of <c>evidence.json</c>, a page that verifies it, the same proofs, checkpoint and key once more in the formats
/// of C2SP for other people's tools, <c>custody.json</c> with the digest of each, and <c>custody.note</c>: who took it, signed by the
/// log's key.
/// </summary>
internal static class EvidenceFiles
{
    public const string DocumentName = "evidence.json";
    public const string PageName = "verify.html";
    public const string CustodyName = "custody.json";

    /// <summary>The instance's signed word for custody.json; a bundle can be without.</summary>
    public const string CustodyNoteName = "custody.note";

    /// <summary>A bundle, unpacked: what a browser still opens.</summary>
    public const long MaxBytes = 512L << 20;

    private const int MaxFiles = 2 * EvidenceWriter.MaxEntries;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The files of a bundle, custody.json last.</summary>
    public static ImmutableSortedDictionary<string, byte[]> Of(EvidenceDocument document)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, byte[]>(StringComparer.Ordinal);
        var json = JsonSerializer.SerializeToUtf8Bytes(document, EvidenceDocument.Json);
        files[DocumentName] = json;
        files[PageName] = Encoding.UTF8.GetBytes(EvidencePage.Make(Encoding.UTF8.GetString(json)));
        files["checkpoint"] = Encoding.UTF8.GetBytes(document.Checkpoint);
        files["vkey"] = Encoding.UTF8.GetBytes($"{document.Vkey}\n");
        if (document.Witnesses is { } witnesses)
        {
            files["witnesses.policy"] = Encoding.UTF8.GetBytes(witnesses);
        }

        if (document.Policy is { } policy)
        {
            files["policy.txt"] = Encoding.UTF8.GetBytes(policy.Text);
            files["agent.yaml"] = Encoding.UTF8.GetBytes(policy.Manifest);
        }

        foreach (var entry in document.Entries)
        {
            files[$"proofs/{entry.Index}.tlog-proof"] = Encoding.UTF8.GetBytes(ProofOf(entry, document.Checkpoint));
        }

        var custody = new EvidenceCustody(
            document.Exported,
            files.ToImmutableSortedDictionary(
                file => file.Key,
                file => Convert.ToHexStringLower(SHA256.HashData(file.Value)),
                StringComparer.Ordinal
            )
        );
        files[CustodyName] = JsonSerializer.SerializeToUtf8Bytes(custody, EvidenceDocument.Json);
        return files.ToImmutable();
    }

    /// <summary>Writes a bundle for its owner alone; never over another file.</summary>
    public static void Write(string path, ImmutableSortedDictionary<string, byte[]> files)
    {
        using var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = Private,
            }
        );
        using var zip = new ZipArchive(file, ZipArchiveMode.Create);
        foreach (var (name, content) in files)
        {
            using var stream = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
            stream.Write(content);
        }
    }

    /// <summary>Reads a bundle.</summary>
    /// <exception cref="EvidenceException">When it is none, or too large.</exception>
    public static Dictionary<string, byte[]> Read(string path)
    {
        try
        {
            var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            using var zip = ZipFile.OpenRead(path);
            var left = MaxBytes;
            foreach (var entry in zip.Entries)
            {
                if (entry.Length > left || files.Count == MaxFiles)
                {
                    throw new EvidenceException($"`{path}` is larger than a bundle can be");
                }

                // What the directory of a zip says of lengths is only said: no more than that is read.
                var content = new byte[entry.Length];
                using var stream = entry.Open();
                stream.ReadExactly(content);
                left -= entry.Length;
                if (stream.ReadByte() >= 0 || !files.TryAdd(entry.FullName, content))
                {
                    throw new EvidenceException(
                        $"`{entry.FullName}` stands twice in `{path}`, or is longer than it says"
                    );
                }
            }

            return files;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new EvidenceException($"`{path}` is no bundle: {e.Message}");
        }
    }

    // C2SP tlog-proof.
    private static string ProofOf(EvidenceEntry entry, string checkpoint) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"c2sp.org/tlog-proof@v1\nindex {entry.Index}\n{ProofText.Write(entry.Proof.SelectMany(hash => hash).ToArray())}\n{checkpoint}"
        );
}
