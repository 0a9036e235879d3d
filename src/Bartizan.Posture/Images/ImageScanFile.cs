using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Posture.Images;

/// <summary>
/// Reads what Trivy, Grype and Snyk write of an image: SARIF 2.1.0, CycloneDX 1.4 to 1.6 with vulnerabilities, and each tool's own JSON.
/// <code>
/// file ── whole, ≤ 32 MiB ── JSON, no duplicate key, ≤ 64 deep ── which format? ── one scan for each run in it
/// </code>
/// The file is no more trusted than whoever can write it: what isn't understood is a problem, never an image without findings, and
/// nothing in the file (suppressions, VEX statements, a tool's own ignore list) takes a finding away.
/// </summary>
public static class ImageScanFile
{
    /// <summary>The largest file; a scan of an image with thousands of packages has a tenth of it.</summary>
    public const int MaxBytes = 32 << 20;

    /// <summary>How deep its JSON may nest; the formats need a dozen.</summary>
    public const int MaxDepth = 64;

    /// <summary>The most findings of one file: an image with more is to be built anew, not judged.</summary>
    public const int MaxFindings = 100_000;

    private static readonly JsonDocumentOptions s_options = new()
    {
        MaxDepth = MaxDepth,
        AllowDuplicateProperties = false,
    };

    /// <summary>Reads a file.</summary>
    public static ImageScanRead Read(string path)
    {
        var name = Path.GetFileName(path);
        try
        {
            // A pipe, a device and a file of the kernel have no length: what is read here has an end.
            var length = new FileInfo(path).Length;
            return length switch
            {
                0 => Bad(name, "is empty, or no file"),
                > MaxBytes => Bad(name, $"is larger than {MaxBytes >> 20} MiB"),
                _ => Parse(name, Whole(path)),
            };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Bad(name, "doesn't exist");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Bad(name, "can't be read");
        }
    }

    /// <summary>Reads what stood in a file of a name.</summary>
    public static ImageScanRead Parse(string name, ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
        {
            return Bad(name, $"is larger than {MaxBytes >> 20} MiB");
        }

        try
        {
            var bytes = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;
            using var document = JsonDocument.Parse(bytes, s_options);
            var scans = Scans(document.RootElement);
            return scans.IsEmpty ? Bad(name, "holds no scan")
                : scans.Sum(scan => (long)scan.Findings.Length) > MaxFindings
                    ? Bad(name, $"holds more than {MaxFindings} findings")
                : new ImageScanRead(scans, null);
        }
        catch (JsonException)
        {
            return Bad(name, $"is no JSON without duplicate keys and at most {MaxDepth} deep");
        }
        catch (FormatException e)
        {
            return Bad(name, e.Message);
        }
    }

    private static ImmutableArray<ImageScan> Scans(JsonElement root) =>
        root.Text("bomFormat") == "CycloneDX" ? CycloneDxScan.Read(root)
        : root.Has("runs") ? SarifScan.Read(root)
        : root.Has("SchemaVersion") ? TrivyScan.Read(root)
        : root.Has("matches") ? GrypeScan.Read(root)
        : root.ValueKind == JsonValueKind.Array || root.Has("vulnerabilities") ? SnykScan.Read(root)
        : throw new FormatException("is of no format that is known: SARIF, CycloneDX, or JSON of Trivy, Grype or Snyk");

    private static byte[] Whole(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[checked((int)Math.Min(file.Length, MaxBytes + 1L))];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private static ImageScanRead Bad(string name, string how) => new([], $"`{ImageFinding.Shown(name)}` {how}");
}
