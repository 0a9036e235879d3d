using System.Diagnostics;
using System.Text;

namespace Bartizan.EndToEnd.Tests;

/// <summary>A process that a test started; ended by its own id when the test is over.</summary>
internal sealed class Running : IAsyncDisposable
{
    /// <summary>Longer than anything here takes on a machine that gives us a tenth of itself; a hang becomes a failure that says what was said.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Task _outputEnd;
    private readonly Task _errorEnd;
    private TaskCompletionSource _said = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Running(Process process)
    {
        _process = process;
        _outputEnd = CollectAsync(process.StandardOutput, _output);
        _errorEnd = CollectAsync(process.StandardError, _error);
    }

    public int Id => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public bool HasExited => _process.HasExited;

    public string Output => Text(_output);

    public string Error => Text(_error);

    public static Running Start(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        return new Running(Process.Start(start)!);
    }

    /// <summary>Waits until either stream has said <paramref name="text"/>.</summary>
    public async Task SaysAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        var ended = Task.WhenAll(_process.WaitForExitAsync(limit.Token), _outputEnd, _errorEnd);
        while (true)
        {
            Task said;
            lock (_output)
            {
                if (
                    _output.ToString().Contains(text, StringComparison.Ordinal)
                    || _error.ToString().Contains(text, StringComparison.Ordinal)
                )
                {
                    return;
                }

                said = _said.Task;
            }

            if (ended.IsCompleted)
            {
                throw new InvalidOperationException($"it ended without `{text}`: {Output}\n{Error}");
            }

            try
            {
                await Task.WhenAny(said, ended).WaitAsync(limit.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"it never said `{text}`: {Output}\n{Error}", e);
            }
        }
    }

    /// <summary>Waits for the end.</summary>
    public Task<Finished> EndAsync() => EndAsync(Limit);

    /// <summary>Waits for the end of something that takes longer.</summary>
    public async Task<Finished> EndAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            await Task.WhenAny(Task.WhenAll(_outputEnd, _errorEnd), Task.Delay(TimeSpan.FromSeconds(30), limit.Token));
        }
        catch (OperationCanceledException e)
        {
            _process.Kill();
            throw new TimeoutException($"it did not end within {within}: {Output}\n{Error}", e);
        }

        return new Finished(_process.ExitCode, Output, Error);
    }

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private string Text(StringBuilder builder)
    {
        lock (_output)
        {
            return builder.ToString();
        }
    }

    private async Task CollectAsync(StreamReader reader, StringBuilder into)
    {
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            TaskCompletionSource said;
            lock (_output)
            {
                into.Append(buffer, 0, read);
                said = _said;
                _said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            said.TrySetResult();
        }
    }
}
