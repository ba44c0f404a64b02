/* EDFlib; its header structure ends in an array of 640 structures, which is no type for Swift to know. */
#ifndef DIFFMSM_CLIBEDF_SHIM_H
#define DIFFMSM_CLIBEDF_SHIM_H
#include <edflib.h>
#include <stdlib.h>

typedef struct edf_hdr_struct *diffmsm_edf_header;

static inline void *diffmsm_edf_header_create(void) {
  return calloc(1, sizeof(struct edf_hdr_struct));
}
static inline int diffmsm_edf_open(const char *path, void *header) {
  return edfopen_file_readonly(path, (diffmsm_edf_header)header, EDFLIB_READ_ALL_ANNOTATIONS);
}
static inline int diffmsm_edf_handle(const void *header) {
  return ((const struct edf_hdr_struct *)header)->handle;
}
/* the file's kind, or the reason for which it could not be opened */
static inline int diffmsm_edf_type(const void *header) {
  return ((const struct edf_hdr_struct *)header)->filetype;
}
static inline int diffmsm_edf_signal_count(const void *header) {
  return ((const struct edf_hdr_struct *)header)->edfsignals;
}
static inline long long diffmsm_edf_record_duration(const void *header) {
  return ((const struct edf_hdr_struct *)header)->datarecord_duration;
}
static inline long long diffmsm_edf_record_count(const void *header) {
  return ((const struct edf_hdr_struct *)header)->datarecords_in_file;
}
static inline long long diffmsm_edf_annotation_count(const void *header) {
  return ((const struct edf_hdr_struct *)header)->annotations_in_file;
}
static inline const struct edf_param_struct *diffmsm_edf_signal(const void *header, int index) {
  return &((const struct edf_hdr_struct *)header)->signalparam[index];
}
static inline const char *diffmsm_edf_label(const void *header, int index) {
  return diffmsm_edf_signal(header, index)->label;
}
static inline const char *diffmsm_edf_unit(const void *header, int index) {
  return diffmsm_edf_signal(header, index)->physdimension;
}
static inline const char *diffmsm_edf_transducer(const void *header, int index) {
  return diffmsm_edf_signal(header, index)->transducer;
}
static inline const char *diffmsm_edf_annotation_text(const struct edf_annotation_struct *annotation) {
  return annotation->annotation;
}
#endif
