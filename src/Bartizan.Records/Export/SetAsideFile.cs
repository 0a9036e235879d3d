using System.Text;
using System.Text.Json;

namespace Bartizan.Records.Export;

/// <summary>
/// The entries that a sink refused for good, one JSON line each: index, time, and the server's reason. They stay in the log;
/// <c>bartizan log export index:N</c> writes one out again.
/// </summary>
internal sealed class SetAsideFile(string path, TimeProvider clock)
{
    /// <summary>Beyond it entries are counted and no longer named.</summary>
    public const long MaxBytes = 1 << 20;

    public void Add(long index, string problem)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Length >= MaxBytes)
        {
            return;
        }

        var line = JsonSerializer.Serialize(
            new
            {
                index,
                time = clock.GetUtcNow(),
                problem,
            },
            JsonSerializerOptions.Web
        );
        var options = new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var stream = new FileStream(path, options);
        stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }
}
