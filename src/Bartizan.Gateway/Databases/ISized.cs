namespace Bartizan.Gateway.Databases;

/// <summary>Something that is kept and takes room.</summary>
internal interface ISized
{
    /// <summary>Bytes of memory, rather too many than too few.</summary>
    long Bytes { get; }
}
