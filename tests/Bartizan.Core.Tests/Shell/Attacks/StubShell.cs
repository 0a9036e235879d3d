using System.Diagnostics;
using System.Text;

namespace Bartizan.Core.Tests.Shell;

/// <summary>
/// A place where scripts run in a real shell and reach nothing: an empty directory, deep enough that no <c>cd ..</c> leaves it, a
/// PATH of stubs that write down how they were called, no variables, no input, a processor limit.
/// </summary>
internal sealed class StubShell : IDisposable
{
    private static readonly string[] _stubs = ["p0", "p1", "p2", "p3", "p4"];
    private static readonly string[] _wrappers = ["env", "timeout", "nice", "nohup", "stdbuf", "sh", "bash", "dash"];
    private static readonly TimeSpan _within = TimeSpan.FromSeconds(100);

    private readonly string _root;

    public StubShell()
    {
        _root = Directory.CreateTempSubdirectory("stub-shell-").FullName;
        Home = Directory.CreateDirectory(Path.Combine(_root, "home")).FullName;
        Directory.CreateDirectory(Path.Combine(_root, "bin"));
        Work = Path.Combine([_root, .. Enumerable.Repeat("d", 30), "w"]);
        Directory.CreateDirectory(Path.Combine(Work, "s0", "s0"));
        Directory.CreateDirectory(Path.Combine(Work, "s1"));
        foreach (var name in _stubs)
        {
            var path = Path.Combine(_root, "bin", name);
            File.WriteAllText(
                path,
                $"#!/bin/dash\nprintf '%s\\0' \"$#\" \"$PWD\" \"${{0##*/}}\" \"$@\" >>'{_root}/log'\n"
            );
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }

        foreach (var name in _wrappers)
        {
            File.CreateSymbolicLink(Path.Combine(_root, "bin", name), $"/usr/bin/{name}");
        }
    }

    public string Home { get; }

    public string Work { get; }

    public static bool IsPossible => _wrappers.All(name => File.Exists($"/usr/bin/{name}")) && File.Exists("/bin/dash");

    public static bool Has(string program) => _stubs.Contains(program) || _wrappers.Contains(program);

    /// <summary>Runs scripts one by one in a fresh shell each; tells what each executed and where.</summary>
    public IReadOnlyList<Executed>[] Run(string shell, IReadOnlyList<string> scripts)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, "in"));
        File.Delete(Path.Combine(_root, "log"));
        for (var i = 0; i < scripts.Count; i++)
        {
            File.WriteAllText(Path.Combine(folder.FullName, $"{i:D6}"), scripts[i], new UTF8Encoding(false));
        }

        var driver = $$"""
            ulimit -t 5 -f 2048
            cd '{{Work}}'
            for script in '{{folder.FullName}}'/*; do
              printf '%s\0' -1 "${script##*/}" >>'{{_root}}/log'
              /usr/bin/{{shell}} "$script" </dev/null >/dev/null 2>&1
            done
            """;
        using var process = Process.Start(
            new ProcessStartInfo("/usr/bin/setsid")
            {
                ArgumentList =
                {
                    "-w",
                    "/usr/bin/env",
                    "-i",
                    $"PATH={_root}/bin",
                    $"HOME={Home}",
                    "FUNCNEST=20",
                    "/usr/bin/bash",
                    "--norc",
                    "-c",
                    driver,
                },
                UseShellExecute = false,
                RedirectStandardInput = true,
            }
        )!;
        process.StandardInput.Close();
        if (!process.WaitForExit(_within))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"scripts ran for more than {_within} in {shell}");
        }

        folder.Delete(recursive: true);
        return Read(scripts.Count);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private IReadOnlyList<Executed>[] Read(int count)
    {
        var executed = new List<Executed>[count];
        var parts = File.ReadAllText(Path.Combine(_root, "log")).Split('\0');
        var script = -1;
        for (var i = 0; i + 1 < parts.Length; )
        {
            var words = int.Parse(parts[i], System.Globalization.CultureInfo.InvariantCulture);
            if (words < 0)
            {
                script = int.Parse(parts[i + 1], System.Globalization.CultureInfo.InvariantCulture);
                executed[script] = [];
                i += 2;
            }
            else
            {
                executed[script].Add(new Executed(parts[i + 1], [.. parts[(i + 2)..(i + 3 + words)]]));
                i += 3 + words;
            }
        }

        return executed;
    }
}
