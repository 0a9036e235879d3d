using System.Diagnostics;
using System.Globalization;

namespace Bartizan.Gateway.Bench;

/// <summary>A process of the benchmark: started here, measured from outside, ended here by closing its input or by its id.</summary>
internal sealed class Part : IDisposable
{
    private readonly Process _process;

    private Part(Process process) => _process = process;

    public int Port { get; private set; }

    public int ProcessId => _process.Id;

    /// <summary>Processor seconds of the process and its children so far.</summary>
    public double CpuSeconds => Family().Sum(id => Stat(id, 13) + Stat(id, 14)) / 100.0;

    /// <summary>Proportional memory of the process and its children, in bytes.</summary>
    public long MemoryBytes => Family().Sum(Pss);

    /// <summary>Starts this program again as one of its parts.</summary>
    public static async Task<Part> StartAsync(params string[] words)
    {
        var part = new Part(Open(Environment.ProcessPath!, Prefix(words)));
        await part.PortAsync();
        return part;
    }

    /// <summary>Starts another program that doesn't say when it listens.</summary>
    public static async Task<Part> StartAsync(int port, string program, params string[] words)
    {
        var part = new Part(Open(program, words)) { Port = port };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            using var socket = new System.Net.Sockets.Socket(
                System.Net.Sockets.SocketType.Stream,
                System.Net.Sockets.ProtocolType.Tcp
            );
            try
            {
                await socket.ConnectAsync("127.0.0.1", port, limit.Token);
                return part;
            }
            catch (System.Net.Sockets.SocketException)
            {
                await Task.Delay(20, limit.Token);
            }
        }
    }

    /// <summary>Starts a part that says something else than a port.</summary>
    public static Part Start(params string[] words) => new(Open(Environment.ProcessPath!, Prefix(words)));

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    public static async Task<string> RunAsync(string program, params string[] words)
    {
        using var process = Open(program, words);
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text;
    }

    /// <summary>Runs one of this program's parts to its end.</summary>
    public static Task<string> RunSelfAsync(params string[] words) => RunAsync(Environment.ProcessPath!, Prefix(words));

    /// <summary>Sends a line and reads one.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadLineAsync();
    }

    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new IOException("a part of the benchmark ended");

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)) || !_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    /// <summary>Ends a program that doesn't heed its input.</summary>
    public void End()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string[] Prefix(string[] words) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [typeof(Part).Assembly.Location, .. words]
            : words;

    private static Process Open(string program, string[] words)
    {
        var start = new ProcessStartInfo(program, words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["BENCH_TOKEN"] = GatewayHost.Token;
        return Process.Start(start)!;
    }

    private async Task PortAsync()
    {
        var line = await ReadLineAsync();
        Port = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private List<int> Family()
    {
        List<int> family = [_process.Id];
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && Stat(id, 3) == _process.Id)
            {
                family.Add(id);
            }
        }

        return family;
    }

    private static long Stat(int id, int field)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return long.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[field - 2], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static long Pss(int id)
    {
        var line = File.ReadLines($"/proc/{id}/smaps_rollup")
            .First(l => l.StartsWith("Pss:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
            << 10;
    }
}
