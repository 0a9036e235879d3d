namespace Bartizan.Vault.Keys;

/// <summary>Where keys are kept that the instance makes for itself: one file that only its owner can read.</summary>
public interface IKeyDisk
{
    /// <summary>The file's text; null when there is none.</summary>
    /// <exception cref="IOException">It can't be read, or others can read it.</exception>
    string? Read();

    /// <summary>Writes it, whole or not at all.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    void Replace(string text);
}
