using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>The wires between the daemon and one sandbox: the agent's streams or its terminal, and what the launch says.</summary>
internal sealed class SandboxWires(TimeProvider time) : IAsyncDisposable
{
    /// <summary>In place of the words of a helper that had none.</summary>
    public const string Silence = "its helper ended without a word";

    private Descriptor? _diagnostics;
    private Descriptor? _terminal;

    /// <summary>What the agent reads; null until there is something to read from.</summary>
    public Stream? Input { get; private set; }

    /// <summary>What the agent writes.</summary>
    public Stream? Output { get; private set; }

    /// <summary>What the agent complains.</summary>
    public Stream? Error { get; private set; }

    /// <summary>Makes the pipe for what launch and bwrap say; gives their end.</summary>
    public Descriptor OpenDiagnostics()
    {
        var (ours, theirs) = Descriptor.Pipe();
        _diagnostics = ours;
        return theirs;
    }

    /// <summary>Makes the agent's streams of pipes; gives their ends.</summary>
    public (Descriptor Input, Descriptor Output, Descriptor Error) OpenPipes()
    {
        var (inputEnd, input) = Descriptor.Pipe();
        var (output, outputEnd) = Descriptor.Pipe();
        var (error, errorEnd) = Descriptor.Pipe();
        Input = new DescriptorStream(input, readable: false);
        Output = new DescriptorStream(output, readable: true);
        Error = new DescriptorStream(error, readable: true);
        return (inputEnd, outputEnd, errorEnd);
    }

    /// <summary>Takes the terminal that the sandbox made; its streams are the agent's.</summary>
    public void Take(Descriptor terminal, TerminalSize size)
    {
        _terminal = terminal;
        Terminal.Resize(terminal, size);
        Input = new DescriptorStream(terminal.Duplicate(), readable: false);
        Output = new DescriptorStream(terminal.Duplicate(), readable: true);
        Error = Stream.Null;
    }

    /// <summary>Changes the terminal's size, where there is one.</summary>
    public void Resize(TerminalSize size)
    {
        if (_terminal is { } terminal)
        {
            Terminal.Resize(terminal, size);
        }
    }

    /// <summary>What launch or bwrap wrote before they ended.</summary>
    public async Task<string> WhatWasSaidAsync()
    {
        using var reader = new StreamReader(new DescriptorStream(_diagnostics!.Duplicate(), readable: true));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        try
        {
            var text = await reader.ReadToEndAsync(patience.Token).ConfigureAwait(false);
            return text.Trim() is { Length: > 0 } said ? said.ReplaceLineEndings("; ") : Silence;
        }
        catch (OperationCanceledException)
        {
            return Silence;
        }
    }

    /// <summary>Closes all.</summary>
    public async ValueTask DisposeAsync()
    {
        _diagnostics?.Dispose();
        _terminal?.Dispose();
        foreach (var stream in (Stream?[])[Input, Output, Error])
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
