/*
 * Asks for large pages where the runtime unpacks its type tables, before it does so.
 *
 * The compiler keeps the tables packed in the file; at every start they are unpacked into memory of the executable that has no
 * content of its own (10 MB). In small pages these are over 2000 page faults, more than half of the time that `--version` takes.
 * The kernel takes this as a hint: without large pages, or with them switched off, everything works as before.
 */
#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>

#define LARGE_PAGE ((uintptr_t)2 << 20)

/* The header of this executable, wherever it was loaded; the linker defines it. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

__attribute__((constructor)) static void ask_for_large_pages(void)
{
    const uintptr_t base = (uintptr_t)&__ehdr_start;
    const ElfW(Phdr) *const segments = (const ElfW(Phdr) *)(base + __ehdr_start.e_phoff);
    for (unsigned i = 0; i < __ehdr_start.e_phnum; i++) {
        if (segments[i].p_type != PT_LOAD) continue;
        const uintptr_t end = base + segments[i].p_vaddr + segments[i].p_memsz;
        const uintptr_t begin = (end - (segments[i].p_memsz - segments[i].p_filesz) + LARGE_PAGE - 1) & -LARGE_PAGE;
        if (begin < end) madvise((void *)begin, end - begin, MADV_HUGEPAGE);
    }
}
