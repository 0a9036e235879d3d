namespace Bartizan.Gateway.Databases;

/// <summary>Something that is kept and takes room.</summary>
internal interface ISized
{
    /// <summary>Bytes.</summary>
    int Bytes { get; }
}
