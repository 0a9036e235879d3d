namespace Bartizan.Vault.Leases;

/// <summary>What stands elsewhere for this instance, and is to be taken away by it, however it ends. No secret is in it.</summary>
/// <typeparam name="T">What is known of one of them.</typeparam>
public interface ILeaseBook<T>
{
    /// <summary>All of them.</summary>
    IReadOnlyCollection<T> All { get; }

    /// <summary>Takes one in; durable when it returns.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    void Add(T record);

    /// <summary>Takes one out.</summary>
    void Remove(T record);
}
