namespace Bartizan.Daemon.Identity;

/// <summary>Where the PEM files lie that an endpoint of the instance serves TLS with.</summary>
/// <param name="Certificate">The certificate, and after it those that lead to its root.</param>
/// <param name="Key">Its key, which only the instance's user can reach.</param>
internal sealed record TlsFiles(string Certificate, string Key)
{
    /// <summary>A mark that changes when one of the two does, or a link among them leads elsewhere.</summary>
    public string Stamp() => $"{StampOf(Certificate)}|{StampOf(Key)}";

    /// <summary>The mark of one file; empty while it isn't there.</summary>
    public static string StampOf(string path)
    {
        try
        {
            var real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            var file = new FileInfo(real);
            return file.Exists ? $"{real}/{file.LastWriteTimeUtc.Ticks}/{file.Length}/{(int)file.UnixFileMode}" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
