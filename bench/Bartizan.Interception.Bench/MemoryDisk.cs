using Bartizan.Vault.Keys;

namespace Bartizan.Interception.Bench;

/// <summary>Keeps the authority of one run.</summary>
internal sealed class MemoryDisk : IKeyDisk
{
    private string? _text;

    public string? Read() => _text;

    public void Replace(string text) => _text = text;
}
