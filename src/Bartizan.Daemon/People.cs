using System.Globalization;

namespace Bartizan.Daemon;

/// <summary>Who a user id is: the name that the host's passwd file gives it, else <c>uid:N</c>.</summary>
public static class People
{
    /// <summary>The user id that this process acts with.</summary>
    public static uint OwnUid()
    {
        const string Field = "Uid:";
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(Field, StringComparison.Ordinal));
        return uint.Parse(
            line[Field.Length..].Split('\t', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );
    }

    /// <summary>The person behind a user id.</summary>
    public static string Name(uint uid)
    {
        var id = uid.ToString(CultureInfo.InvariantCulture);
        foreach (var line in File.Exists("/etc/passwd") ? File.ReadLines("/etc/passwd") : [])
        {
            var fields = line.Split(':');
            if (fields.Length > 2 && fields[2] == id)
            {
                return fields[0];
            }
        }

        return $"uid:{id}";
    }
}
